//! The contract of the keepers (`src/store/mod.rs`), each case on each keeper, and a comparison of both
//! with a plain model over random operations. How one keeper does its work is tested beside its code.
//!
//! A case is an ordinary `async fn` whose name is a sentence; `on_each_keeper!` at the end of its file
//! makes a test of it for each keeper. `cargo test --test store sqlite::` runs those of one keeper.

#[path = "../common/database.rs"]
#[expect(dead_code, reason = "the other test binaries use the rest")]
mod database;
#[macro_use]
mod keepers;
mod contract_attempts;
mod contract_audit;
mod contract_care;
mod contract_families;
mod contract_feed;
mod contract_filters;
mod contract_keys_and_counters;
mod contract_lists;
mod contract_many;
mod contract_pages;
mod contract_reminders;
mod contract_search;
mod contract_sessions;
mod contract_sessions_ended;
mod contract_tickets;
mod contract_todos;
mod contract_todos_kept;
mod contract_transfer;
mod contract_unavailable;
mod contract_upkeep;
mod contract_users;
mod contract_users_unique;
mod memory;
#[path = "../common/proxy.rs"]
mod proxy;
mod random;
mod random_inventor;
mod random_operations;
mod values;
