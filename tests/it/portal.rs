//! The pages that need no token: in both languages, without scripts, and telling no amount.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use actix_web::test::{TestRequest, call_service, init_service, read_body};
use chrono::Duration;
use clap::Parser;
use daftar::cli::CommandLine;
use daftar::domain::outbox::Answer;
use daftar::domain::timetable::Work;
use daftar::host::database::{DatabaseUrl, pool};
use daftar::usecases::claim_mail::claim_mail;
use daftar::usecases::finish_mail::finish_mail;
use daftar::usecases::register::licence::LicenceEventKind;
use daftar::web::AppState;
use daftar::web::proxies::Proxies;
use daftar::web::server::app;
use diesel::sql_types::Timestamptz;
use diesel_async::RunQueryDsl;
use serde_json::Value;

use crate::api::Api;
use crate::mail::queue;
use crate::scene::{Scene, at};
use crate::settled::{EARNED, settled};
use crate::world::World;

/// From this address, through a proxy on the same machine.
fn asked_from(address: &str, path: &str) -> TestRequest {
    TestRequest::get()
        .uri(path)
        .peer_addr("127.0.0.1:4711".parse().unwrap())
        .insert_header(("X-Forwarded-For", address))
}

#[actix_web::test]
async fn the_start_page_says_what_is_running_in_the_readers_language() {
    let scene = Scene::furnished().await;
    let settled = settled(&scene).await;
    let api = Api::of(&scene.world, at("2026-03-23T06:00:00Z"));
    let persian = api.get("/", "").await;
    let english = api.get("/?lang=en", "").await;
    for (page, told) in [
        (
            &persian,
            [
                "lang=\"fa\" dir=\"rtl\"",
                "شبکهٔ pishkhan",
                "۳ فروردین ۱۴۰۵",
                "۱ فروردین ۱۴۰۵",
                "پنجرهٔ جاری",
            ],
        ),
        (
            &english,
            [
                "lang=\"en\" dir=\"ltr\"",
                "Network pishkhan",
                "23 March 2026",
                "21 March 2026",
                "Window that runs",
            ],
        ),
    ] {
        assert_eq!(page.status, 200);
        for text in told {
            assert!(
                page.text().contains(text),
                "{text} is missing in\n{}",
                page.text()
            );
        }
        assert!(
            !page.text().contains("<script") && !page.text().contains("style="),
            "{}",
            page.text()
        );
        assert!(
            page.header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!page.text().contains(&EARNED.to_string()), "no amount");
    }
    let approved = settled.approved_at;
    assert_eq!(approved, at("2026-03-22T05:30:00Z"));
    assert!(
        english.text().contains("22 March 2026, 09:00"),
        "on the network's own clock"
    );
}

#[actix_web::test]
async fn every_link_of_the_start_page_leads_somewhere() {
    let world = World::new().await;
    let api = Api::of(&world, at("2026-03-23T06:00:00Z"));
    let page = api.get("/?lang=en", "").await.text();
    assert!(page.contains("No network is registered yet"));
    let links: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(links.len() >= 18, "{links:?}");
    let places = places(&api.get("/openapi.json", "").await.json());
    for link in links {
        let (path, place) = link.split_once('#').unwrap_or((link, ""));
        assert_eq!(api.get(path, "").await.status, 200, "{link}");
        assert!(place.is_empty() || places.contains(place), "{link}");
    }
    for font in ["vazirmatn.ttf", "vazirmatn-bold.ttf"] {
        assert!(page_style(&api).await.contains(font));
        assert_eq!(
            api.get(&format!("/assets/{font}"), "")
                .await
                .header("content-type"),
            "font/ttf"
        );
    }
}

#[actix_web::test]
async fn the_start_page_tells_which_jobs_ran_which_have_not_yet_and_how_much_mail_stands_where() {
    let scene = Scene::furnished().await;
    let now = at("2026-03-23T06:00:00Z");
    let mut conn = scene.world.conn().await;
    let renamed = "INSERT INTO job_runs (job, slot, state, worker, claimed_at, lease_until, finished_at)
        VALUES ('close-at-four', $1, 'succeeded', 'w', $1, $1, $1)";
    let run_long_ago = diesel::sql_query(renamed).bind::<Timestamptz, _>(scene.day(0, 4));
    run_long_ago.execute(&mut *conn).await.unwrap();
    scene.run_job("close-windows", now).await;
    for recipient in ["first", "second", "third"] {
        queue(&mut conn, recipient, "en").await;
    }
    let claimed = claim_mail(&mut conn, &scene.maker, now, "example.ir").await;
    let accepted = Answer::Accepted {
        reply: "250 ok".to_owned(),
    };
    finish_mail(&mut conn, &scene.maker, now, &claimed.unwrap()[0], &accepted)
        .await
        .unwrap();
    let api = Api::of(&scene.world, now);
    for (language, ran, not_yet, mails) in [
        (
            "en",
            "<span>Close windows<small>23 March 2026, 09:30</small></span><span class=\"state succeeded\">done</span>",
            "<span>Verify the books</span><span class=\"state\">not run yet</span>",
            [
                "<span class=\"state accepted\">accepted</span><strong>1</strong>",
                "<span class=\"state sending\">being sent</span><strong>2</strong>",
            ],
        ),
        (
            "fa",
            "<span class=\"state succeeded\">انجام شد</span>",
            "<span>راستی‌آزمایی دفترها</span><span class=\"state\">هنوز اجرا نشده</span>",
            [
                "<span class=\"state accepted\">پذیرفته شد</span><strong>۱</strong>",
                "<span class=\"state sending\">در حال ارسال</span><strong>۲</strong>",
            ],
        ),
    ] {
        let page = api.get(&format!("/?lang={language}"), "").await.text();
        for told in [ran, not_yet].into_iter().chain(mails) {
            assert!(page.contains(told), "{told} is missing in\n{page}");
        }
        let not_run = page.matches("<span class=\"state\">").count();
        assert_eq!(not_run, Work::ALL.len() - 1, "{page}");
        assert!(!page.contains("close-at-four"), "{page}");
    }
}

/// Where the pages of the document show each operation: below its tag, by its name.
fn places(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|path| path.as_object().unwrap().values());
    operations
        .map(|operation| {
            let name = |name: &Value| name.as_str().unwrap().to_owned();
            format!(
                "/{}/{}",
                name(&operation["tags"][0]),
                name(&operation["operationId"])
            )
        })
        .collect()
}

#[actix_web::test]
async fn the_start_page_links_whatever_is_read_through_the_api() {
    let world = World::new().await;
    let api = Api::of(&world, at("2026-03-23T06:00:00Z"));
    let english = api.get("/?lang=en", "").await.text();
    let persian = api.get("/?lang=fa", "").await.text();
    for (place, in_english, in_persian) in [
        (
            "offices/list_offices",
            "Offices and their licences",
            "دفترها و پروانه‌هایشان",
        ),
        ("offices/report_earnings", "Earnings", "درآمد دفترها"),
        ("tariffs/list_tariffs", "Tariffs", "تعرفه‌ها"),
        ("transactions/list_transactions", "Transactions", "تراکنش‌ها"),
        ("settlements/list_windows", "Windows", "پنجره‌های تسویه"),
        ("settlements/list_settlements", "Settlements", "تسویه‌ها"),
        ("parties/report_balances", "Balances", "مانده‌ها"),
        ("statements/list_statements", "Statements", "صورت‌حساب‌ها"),
        ("operation/list_mail", "Outbox", "صندوق ارسال نامه"),
        ("operation/list_job_runs", "Job history", "تاریخچهٔ کارها"),
    ] {
        for (page, name) in [(&english, in_english), (&persian, in_persian)] {
            let link = format!("<a href=\"/docs/#/{place}\">{name}</a>");
            assert!(page.contains(&link), "{link} is missing in\n{page}");
        }
    }
}

#[actix_web::test]
async fn an_empty_server_advises_a_demo_in_a_folder_and_at_a_port_of_its_own() {
    let world = World::new().await;
    let api = Api::of(&world, at("2026-03-23T06:00:00Z"));
    for language in ["fa", "en"] {
        let page = api.get(&format!("/?lang={language}"), "").await.text();
        let advised = page
            .split("<pre dir=\"ltr\">")
            .filter_map(|rest| rest.split("</pre>").next())
            .find(|command| command.starts_with("daftar demo"))
            .unwrap();
        assert_eq!(advised, "daftar demo --data-dir demo --listen 127.0.0.1:8081");
        let understood = CommandLine::try_parse_from(advised.split(' '));
        assert!(understood.is_ok(), "{understood:?}");
        assert!(page.contains("DATABASE_URL"), "{page}");
    }
}

async fn page_style(api: &Api) -> String {
    api.get("/assets/pages.css", "").await.text()
}

#[actix_web::test]
async fn the_pages_say_that_the_database_is_away() {
    let nowhere = DatabaseUrl::on_socket(Path::new("/nonexistent"), "nobody", "none");
    let state = AppState::new(pool(&nowhere, 1).unwrap(), || at("2026-03-23T06:00:00Z"));
    let app = init_service(app(state)).await;
    for path in ["/?lang=en", "/verify/7K2M-9QXD-31HF?lang=en"] {
        let asked = TestRequest::get()
            .uri(path)
            .peer_addr("127.0.0.1:4711".parse().unwrap());
        let response = call_service(&app, asked.to_request()).await;
        assert_eq!(response.status().as_u16(), 503, "{path}");
        assert!(response.headers().contains_key("retry-after"));
        let page = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        assert!(page.contains("The database is away"), "{page}");
    }
}

#[actix_web::test]
async fn the_qr_code_of_a_statement_leads_to_a_page_that_knows_it_and_tells_no_amount() {
    let scene = Scene::furnished().await;
    let settled = settled(&scene).await;
    let api = Api::of(&scene.world, at("2026-03-23T06:00:00Z"));
    let statement = &settled.statements[0];
    let code = statement.verification_code();
    let page = api.get(&format!("/verify/{code}?lang=fa"), "").await;
    assert_eq!(page.status, 200);
    assert!(page.text().contains(&statement.content().number) && page.text().contains("۱ فروردین ۱۴۰۵"));
    assert!(!page.text().contains("۲٬۴۰۰٬۰۰۰") && !page.text().contains(&EARNED.to_string()));
    assert_eq!(
        api.get(&format!("/verify?code={code}&lang=en"), "").await.status,
        200
    );
    for nothing_typed in ["/verify?lang=en", "/verify?code=&lang=en", "/verify/?lang=en"] {
        let form = api.get(nothing_typed, "").await;
        assert_eq!(form.status, 200, "{nothing_typed}");
        assert!(
            form.text().contains("<form") && !form.text().contains("verdict"),
            "{}",
            form.text()
        );
    }
    let unprintable = api.get("/verify/%00?lang=en", "").await;
    assert_eq!(unprintable.status, 404, "{}", unprintable.text());
    let unknown = api.get("/verify/%3Cb%3E?lang=en", "").await;
    assert_eq!(unknown.status, 404);
    assert!(
        unknown.text().contains("&lt;b&gt;") || unknown.text().contains("&#60;b&#62;"),
        "{}",
        unknown.text()
    );
}

#[actix_web::test]
async fn the_page_behind_the_qr_code_says_what_was_issued_and_that_it_checks_no_amounts() {
    let scene = Scene::furnished().await;
    let settled = settled(&scene).await;
    let api = Api::of(&scene.world, at("2026-03-23T06:00:00Z"));
    let code = settled.statements[0].verification_code();
    for (language, issued, unchecked, compared) in [
        (
            "en",
            "A statement with this number, of this party and this period, was issued here.",
            "This page checks no amounts",
            "with the PDF that came by mail, or with the one that is fetched with a token",
        ),
        (
            "fa",
            "صورت‌حسابی با این شماره، برای این ذی‌نفع و این دوره، در همین سامانه صادر شده است.",
            "این صفحه مبلغ‌ها را نمی‌سنجد",
            "با PDF رسیده با نامه، یا با نسخه‌ای که با توکن گرفته می‌شود",
        ),
    ] {
        let page = api
            .get(&format!("/verify/{code}?lang={language}"), "")
            .await
            .text();
        for told in [issued, unchecked, compared] {
            assert!(page.contains(told), "{told} is missing in\n{page}");
        }
        for claimed in ["unchanged", "genuine", "تغییر نکرده", "اصیل", "اصالت"] {
            assert!(!page.contains(claimed), "{claimed} is claimed in\n{page}");
        }
    }
}

#[actix_web::test]
async fn whoever_tries_codes_is_told_to_wait_on_the_page_and_on_the_route_and_nobody_else_is() {
    let scene = Scene::furnished().await;
    let settled = settled(&scene).await;
    let code = settled.statements[0].verification_code();
    let state = AppState::new(scene.world.pool().clone(), || at("2026-03-23T06:00:00Z"));
    let proxies = Proxies::new(vec!["127.0.0.1/32".parse().unwrap()]);
    let app = init_service(app(state.behind(proxies))).await;
    let paths = [
        format!("/verify/{code}?lang=en"),
        format!("/verify?code={code}&lang=en"),
        format!("/v1/statements/verify/{code}"),
    ];
    for n in 0..30 {
        let asked = asked_from("192.0.2.1", &paths[n % 3]).to_request();
        assert_eq!(call_service(&app, asked).await.status(), 200, "{n}");
    }
    for path in &paths {
        let refused = call_service(&app, asked_from("192.0.2.1", path).to_request()).await;
        assert_eq!(refused.status(), 429, "{path}");
        let header = |name| refused.headers().get(name).unwrap().to_str().unwrap().to_owned();
        let wait: u64 = header("retry-after").parse().unwrap();
        let kind = header("content-type");
        assert!((1..=3).contains(&wait), "{wait}");
        let told = String::from_utf8(read_body(refused).await.to_vec()).unwrap();
        if path.starts_with("/v1/") {
            assert_eq!(kind, "application/problem+json");
            assert!(told.contains("urn:daftar:problem:too-often"), "{told}");
        } else {
            assert!(told.contains("Asked too often"), "{told}");
            assert!(!told.contains(&settled.statements[0].content().number));
        }
        let other = asked_from("192.0.2.2", path).to_request();
        assert_eq!(call_service(&app, other).await.status(), 200);
    }
    let others = TestRequest::get().uri("/healthz").to_request();
    assert_eq!(call_service(&app, others).await.status(), 200);
}

#[actix_web::test]
async fn an_office_whose_licence_is_suspended_is_not_counted_as_licensed() {
    let scene = Scene::furnished().await;
    let said = async |at| Api::of(&scene.world, at).get("/?lang=en", "").await.text();
    let (before, after) = (scene.day(0, 11), scene.day(0, 12));
    scene.befall(LicenceEventKind::Suspended, after, after).await;
    assert!(said(before).await.contains("3 licensed offices"));
    let suspended = said(after).await;
    assert!(suspended.contains("2 licensed offices"), "{suspended}");
    let lifted = scene.day(0, 13);
    scene.befall(LicenceEventKind::Reinstated, lifted, lifted).await;
    assert!(said(lifted).await.contains("3 licensed offices"));
}

#[actix_web::test]
async fn the_start_page_is_worked_out_once_in_ten_seconds_however_many_ask_for_it() {
    let scene = Scene::furnished().await;
    let noon = scene.day(0, 12);
    let passed = Arc::new(AtomicI64::new(0));
    let secs = Arc::clone(&passed);
    let clock = move || noon + Duration::seconds(AtomicI64::load(&secs, Ordering::Relaxed));
    let state = AppState::new(scene.world.pool().clone(), clock);
    let app = init_service(app(state)).await;
    let licensed = async |language: &str, after: i64| {
        passed.store(after, Ordering::Relaxed);
        let asked = TestRequest::get()
            .uri(&format!("/?lang={language}"))
            .peer_addr("127.0.0.1:4711".parse().unwrap());
        let response = call_service(&app, asked.to_request()).await;
        let page = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        let counts = ["3 licensed offices", "2 licensed offices", "۲ دفتر"];
        counts
            .into_iter()
            .find(|count| page.contains(count))
            .map(str::to_owned)
    };
    assert_eq!(licensed("en", 0).await.unwrap(), "3 licensed offices");
    scene.befall(LicenceEventKind::Suspended, noon, noon).await;
    assert_eq!(licensed("en", 10).await.unwrap(), "3 licensed offices");
    assert!(
        licensed("fa", 10).await.unwrap().starts_with('۲'),
        "each language by itself"
    );
    assert_eq!(licensed("en", 11).await.unwrap(), "2 licensed offices");
}
