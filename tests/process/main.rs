//! The real binary: started as people start it, asked over sockets, stopped and killed.
//!
//! [`installation`] starts it in a folder of its own with a cleared environment, [`server`] is one that
//! runs, [`http`] is what is said to it, [`edge`] is three of them behind nginx,
//! [`at_the_command_line`] somebody who is signed in to one. Each other file is a subject.

#[allow(
    unused_imports,
    reason = "the service runs as a process here, not in this one"
)]
#[path = "../common/mod.rs"]
mod common;

mod at_the_command_line;
mod edge;
mod http;
mod installation;
mod server;

/// Makes a test of each function, on each keeper: `sqlite::name` and `mongo::name`.
macro_rules! on_each_keeper {
    ($($case:ident),+ $(,)?) => {
        on_each_keeper!(@ sqlite Sqlite $($case),+);
        on_each_keeper!(@ mongo Mongo $($case),+);
    };
    (@ $module:ident $keeper:ident $($case:ident),+) => {
        mod $module {
            $(
                #[test]
                fn $case() {
                    if let Some(site) = $crate::installation::Installation::on($crate::common::Keeper::$keeper) {
                        super::$case(site);
                    }
                }
            )+
        }
    };
}

mod accounts;
mod adoption;
mod audit;
mod backup;
mod behind_nginx;
mod behind_nginx_hostile;
mod broken_data;
mod broken_settings;
mod check_config;
mod cli_issuer;
mod cli_login;
mod cli_refresh;
mod cli_todo;
mod command_line;
mod configuration_layers;
mod configuration_refused;
mod copy;
mod copy_refused;
mod disk_full;
mod doctor;
mod doctor_machine;
mod doctor_providers;
mod durability;
mod events;
mod events_many;
mod examples;
mod examples_verify;
mod first_run;
mod healthcheck;
mod idempotency;
mod idempotency_batch;
mod keys;
mod killed;
mod limits;
mod logs_canaries;
mod logs_forged;
mod logs_records;
mod mail;
mod malformed;
mod manifests;
mod manual;
mod metrics;
mod migrations;
mod neighbours;
mod readme;
mod restore;
mod rolling_restart;
mod secret_turned;
mod seed;
mod start_refused;
mod stop;
mod terminal;
mod uniqueness;
