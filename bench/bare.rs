//! The limit that the service is measured against: a Rocket route that returns the bytes of a file, and
//! does nothing else.
//!
//! `bare PORT FILE`

use rocket::http::ContentType;
use rocket::{State, get, routes};

struct Body(Vec<u8>);

#[get("/")]
fn body(body: &State<Body>) -> (ContentType, Vec<u8>) {
    (ContentType::JSON, body.0.clone())
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, port, file] = &arguments[..] else {
        panic!("bare PORT FILE")
    };
    let config = rocket::Config {
        port: port.parse().expect("a port"),
        log_level: rocket::config::LogLevel::Off,
        ident: rocket::config::Ident::none(),
        ..rocket::Config::debug_default()
    };
    let bytes = Body(std::fs::read(file).expect("the file can be read"));
    let rocket = rocket::custom(config).manage(bytes).mount("/", routes![body]);
    rocket::execute(rocket.launch()).expect("it serves");
}
