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

#[rocket::main]
async fn main() -> Result<(), Box<rocket::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments
        .next()
        .and_then(|text| text.parse().ok())
        .expect("a port");
    let file = arguments.next().expect("a file");
    let config = rocket::Config {
        port,
        log_level: rocket::config::LogLevel::Off,
        ident: rocket::config::Ident::none(),
        ..rocket::Config::debug_default()
    };
    let body = Body(std::fs::read(file).expect("the file can be read"));
    rocket::custom(config)
        .manage(body)
        .mount("/", routes![body])
        .launch()
        .await?;
    Ok(())
}
