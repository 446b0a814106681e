//! The history of jobs: which jobs its filter knows. Never here: running them.

use daftar::domain::originator::Scope;
use daftar::domain::timetable::Timetable;
use daftar::usecases::register_worker::{leave_worker, register_worker};

use crate::api::Api;
use crate::scene::Scene;

/// Of a folder that replaces the timetable that comes with the program.
const OWN: &str = r#"
runs = "close-windows"
cron = "0 4 * * *"
time_zone = "Asia/Tehran"
catch_up = "latest"

[on_failure]
attempts = 5
wait_minutes = 2
"#;

#[actix_web::test]
async fn a_job_of_a_timetable_that_a_server_follows_is_known_before_it_has_run() {
    const PATH: &str = "/v1/jobs/history?job=close-at-four";
    let scene = Scene::furnished().await;
    let api = Api::of(&scene.world, scene.began);
    let reader = api.token("reader", Scope::Read, None).await;
    let own = Timetable::parse(&[("close-at-four".to_owned(), OWN.to_owned())]).unwrap();
    let mut conn = scene.world.conn().await;
    for is_followed in [false, true, false] {
        if is_followed {
            register_worker(&mut conn, scene.began, "server", &own)
                .await
                .unwrap();
        }
        let said = api.get(PATH, &reader).await;
        assert_eq!(said.status == 200, is_followed, "{}", said.text());
        leave_worker(&mut conn, "server").await.unwrap();
    }
}
