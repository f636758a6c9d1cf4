//! Turning the secret: the old one beside the new one, until everybody has signed in once.

use serde_json::json;

use crate::installation::{Installation, OTHER_SECRET, SECRET};
use crate::server::PASSWORD;

on_each_keeper!(
    a_turned_secret_lets_people_in_and_afterwards_the_old_one_is_not_needed,
    a_wrong_previous_secret_turns_nothing,
    files_that_are_mounted_all_the_time_turn_the_secret_without_another_setting,
);

fn a_turned_secret_lets_people_in_and_afterwards_the_old_one_is_not_needed(mut site: Installation) {
    site.set("SECRET", SECRET);
    let server = site.serve();
    let me = server.person("person@example.org");
    server.register("absent@example.org");
    server.stop();

    site.set("SECRET", OTHER_SECRET);
    site.run(&["serve"])
        .refuses_with(&["give the old one as SECRET_PREVIOUS to turn it"]);

    site.set("SECRET_PREVIOUS", SECRET);
    let server = site.serve();
    assert_eq!(
        server.me(&me.access_token).status,
        200,
        "a token signed before still counts"
    );
    let refresh = json!({ "refresh_token": me.refresh_token });
    server.post("/api/v2/sessions/refresh", &refresh).expect(200);
    server.sign_in("person@example.org");
    server.stop();
    // A turn that is under way goes on at the next start.
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();

    site.unset("SECRET_PREVIOUS");
    let server = site.serve();
    server.sign_in("person@example.org");
    let absent = server.try_sign_in("absent@example.org", PASSWORD);
    assert_eq!(
        absent.status, 401,
        "who has not signed in meanwhile has a hash of the old secret"
    );
    server.stop();

    site.set("SECRET", SECRET);
    site.run(&["serve"])
        .refuses_with(&["the secret is not the one that this database was made with"]);
}

fn files_that_are_mounted_all_the_time_turn_the_secret_without_another_setting(mut site: Installation) {
    site.make_production();
    site.unset("SECRET");
    site.set("SECRET_FILE", "secret");
    site.set("SECRET_PREVIOUS_FILE", "previous");
    site.write("secret", SECRET);
    site.write("previous", "");
    let server = site.serve();
    let me = server.person("person@example.org");
    server.stop();

    site.write("secret", OTHER_SECRET);
    site.run(&["serve"])
        .refuses_with(&["give the old one as SECRET_PREVIOUS to turn it"]);

    // Blanks around it are no part of it.
    site.write("previous", &format!("  {SECRET}\n"));
    let server = site.serve();
    let refresh = json!({ "refresh_token": me.refresh_token });
    server.post("/api/v2/sessions/refresh", &refresh).expect(200);
    server.sign_in("person@example.org");
    server.stop();

    site.write("previous", "\n");
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}

fn a_wrong_previous_secret_turns_nothing(mut site: Installation) {
    site.set("SECRET", SECRET);
    let server = site.serve();
    server.register("person@example.org");
    server.stop();

    site.set("SECRET", OTHER_SECRET);
    site.set("SECRET_PREVIOUS", "4nJx8sWz1qKc6tRb9vYm2dPf7gLh3eUa");
    let refused = site.run(&["serve"]);
    refused.refuses_with(&["the secret is not the one that this database was made with"]);
    assert!(!refused.stderr.contains(OTHER_SECRET) && !refused.stderr.contains(SECRET));

    site.set("SECRET", SECRET);
    site.unset("SECRET_PREVIOUS");
    let server = site.serve();
    server.sign_in("person@example.org");
    server.stop();
}
