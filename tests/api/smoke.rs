//! smoke
use super::common::*;
#[tokio::test]
async fn it_answers() {
    let app = TestApp::spawn(Keeper::Sqlite).await.unwrap();
    let me = app.person("person@example.org").await;
    let todo = app.todo(&me, &serde_json::json!({"title":"Milk"})).await;
    assert_eq!(todo["title"], "Milk");
    let db = app.stop().await;
    let app = TestApp::restart(db, &[]).await;
    app.sign_in("person@example.org").await;
}
