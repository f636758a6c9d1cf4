//! A Rocket route that returns the bytes of a file, and does nothing else.

use rocket::http::ContentType;
use rocket::{State, get, routes};

struct Body(Vec<u8>);

#[get("/")]
fn body(body: &State<Body>) -> (ContentType, Vec<u8>) {
    (ContentType::JSON, body.0.clone())
}

/// Serves until it is killed.
pub fn serve(port: u16, file: &str) {
    let config = rocket::Config {
        port,
        log_level: rocket::config::LogLevel::Off,
        ident: rocket::config::Ident::none(),
        ..rocket::Config::debug_default()
    };
    let bytes = Body(std::fs::read(file).expect("the file can be read"));
    let rocket = rocket::custom(config).manage(bytes).mount("/", routes![body]);
    rocket::execute(rocket.launch()).expect("it serves");
}
