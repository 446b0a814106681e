//! Databases that the program refuses to work in, and `daftar migrate`, which makes one fit. Never here: what the migrations say (see
//! `schema`).

use std::process::Output;

use daftar::host::database::DatabaseUrl;
use daftar::host::migrations::{migrate, require_current_schema, revert_newest};
use diesel_async::SimpleAsyncConnection;

use crate::host::Folder;
use crate::serve::{daftar, refused};
use crate::world::World;

/// What a command that works in a database comes to in this one.
fn listed(database: &DatabaseUrl) -> Output {
    let folder = Folder::new();
    let mut command = daftar(folder.path(), "outbox");
    command.arg("list").env("DATABASE_URL", database.expose());
    command.output().unwrap()
}

#[tokio::test]
async fn a_command_refuses_to_work_as_superuser() {
    let world = World::new().await;
    assert!(listed(&world.app_url()).status.success());
    let told = refused(&listed(&world.admin_url()));
    assert!(told.contains("works as `daftar_app` only"), "{told}");
}

#[tokio::test]
async fn a_command_refuses_a_schema_of_another_program() {
    let world = World::new().await;
    revert_newest(&world.admin_url(), 1).await.unwrap();
    let older = refused(&listed(&world.app_url()));
    assert!(
        older.contains("older than this program (1 migrations to apply); run `daftar migrate`"),
        "{older}"
    );
    migrate(&world.admin_url()).await.unwrap();
    assert!(listed(&world.app_url()).status.success());
    let later = "INSERT INTO __diesel_schema_migrations (version) VALUES ('99991231000000')";
    world.superuser().await.batch_execute(later).await.unwrap();
    let newer = refused(&listed(&world.app_url()));
    assert!(
        newer.contains("newer than this program (it knows 99991231000000"),
        "{newer}"
    );
}

#[tokio::test]
async fn the_database_of_the_servers_is_migrated_by_the_login_that_may() {
    let world = World::apart().await;
    let reverted = revert_newest(&world.admin_url(), 2).await.unwrap();
    let folder = Folder::new();
    let migrating = |admin: Option<&DatabaseUrl>| {
        let mut command = daftar(folder.path(), "migrate");
        command.env("DATABASE_URL", world.app_url().expose());
        match admin {
            Some(admin) => command.env("DAFTAR_ADMIN_DATABASE_URL", admin.expose()),
            None => command.env_remove("DAFTAR_ADMIN_DATABASE_URL"),
        };
        command.output().unwrap()
    };
    let told = refused(&migrating(None));
    assert!(told.contains("set DAFTAR_ADMIN_DATABASE_URL"), "{told}");
    let admin = world.admin_url();
    for expected in [
        format!("applied {}, {}\n", reverted[1], reverted[0]),
        "the schema is up to date\n".to_owned(),
    ] {
        let migrated = migrating(Some(&admin));
        assert!(migrated.status.success(), "{migrated:?}");
        assert_eq!(String::from_utf8(migrated.stdout).unwrap(), expected);
    }
    require_current_schema(&mut *world.conn().await).await.unwrap();
    assert!(listed(&world.app_url()).status.success());
}
