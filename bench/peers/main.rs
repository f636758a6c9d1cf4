//! What the service is measured against: each of its limits, bare. `bench/run.py` calls it.
//!
//! - `peers route PORT FILE`: a Rocket route that returns the bytes of a file.
//! - `peers rows FROM TO GROUP SKIP LIMIT`: SQLite that inserts the to-dos of another file.
//! - `peers hashes THREADS COST SECONDS`: bcrypt that compares passwords.
//! - `peers finds URI TASKS SECONDS`: the MongoDB driver that reads pages of to-dos.
//!
//! All but the first print one line, `DONE SECONDS`: how many in how long.

mod finds;
mod hashes;
mod route;
mod rows;

use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (done, taken) = match arguments[..] {
        ["route", port, file] => return route::serve(number(port), file),
        ["rows", from, to, group, skip, limit] => rows::insert(
            from.as_ref(),
            to.as_ref(),
            number(group),
            number(skip),
            seconds(limit),
        ),
        ["hashes", threads, cost, time] => hashes::compare(number(threads), number(cost), seconds(time)),
        ["finds", uri, tasks, time] => finds::read(uri, number(tasks), seconds(time)),
        _ => panic!("the arguments are those of one of the four peers, see the head of this file"),
    };
    println!("{done} {}", taken.as_secs_f64());
}

fn number<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a number")
}

fn seconds(text: &str) -> Duration {
    Duration::from_secs_f64(number(text))
}
