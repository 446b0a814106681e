//! Connections to the database cut while a window is closed, sealed, proposed and approved, at the same moments of the
//! calendar as where nothing is cut: every statement is the same to the byte. Never here: servers (see `settling`).

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use daftar::domain::dice::Dice;
use daftar::host::database::own_connection;
use daftar::usecases::approve_settlement::approve_settlement;
use daftar::usecases::close_window::close_next_window;
use daftar::usecases::propose_settlement::propose_settlement;
use daftar::usecases::seal_window::seal_next_window;
use daftar::usecases::{Connection, Done};
use diesel_async::SimpleAsyncConnection;
use tokio::time::timeout;

use super::settling::{WINDOWS, recorded};
use super::{PATIENCE, assert_same, lines, lines_by, one, until};
use crate::scene::{PISHKHAN, Scene};
use crate::world::World;

const CUTS_PER_STEP: u32 = 2;

#[derive(Clone, Copy, Debug)]
enum Step {
    Close,
    Seal,
    Propose,
    Approve,
}

impl Step {
    const ALL: [Self; 4] = [Self::Close, Self::Seal, Self::Propose, Self::Approve];

    async fn take(self, scene: &Scene, conn: &mut Connection, at: DateTime<Utc>) -> Done<()> {
        match self {
            Self::Close => drop(close_next_window(conn, &scene.maker, at, PISHKHAN).await?),
            Self::Seal => drop(seal_next_window(conn, &scene.maker, at, PISHKHAN).await?),
            Self::Propose => drop(propose_settlement(conn, &scene.maker, at, PISHKHAN, None).await?),
            Self::Approve => {
                let proposed = "SELECT id::text AS line FROM settlements WHERE state = 'proposed'";
                let id = one(&scene.world, proposed).await.parse().unwrap();
                drop(approve_settlement(conn, &scene.checker, at, id).await?);
            }
        }
        Ok(())
    }

    /// Whether it is done for the window of this ordinal.
    async fn is_done(self, world: &World, ordinal: i64) -> bool {
        let table = match self {
            Self::Close => "window_closings x WHERE",
            Self::Seal => "window_seals x WHERE",
            Self::Propose => "settlements x WHERE",
            Self::Approve => "settlements x WHERE x.state = 'approved' AND",
        };
        let asked = format!(
            "SELECT EXISTS (SELECT FROM {table} x.window_id =
                 (SELECT id FROM windows WHERE network_id = 1 AND ordinal = {ordinal}))::text AS line"
        );
        one(world, &asked).await == "true"
    }
}

/// Who cuts, and how often it has.
struct Knife {
    dice: Dice,
    cuts: u32,
}

impl Knife {
    /// A moment within a step that lasts so long.
    fn moment(&mut self, lasts: Duration) -> Duration {
        Duration::from_micros(self.dice.roll() % (u64::try_from(lasts.as_micros()).unwrap() + 1))
    }

    /// Takes the step on a connection that is cut at that moment. What the step had drawn of sequences is put back, for
    /// their gaps are the one thing that a statement may tell of it.
    async fn cut(&mut self, step: Step, scene: &Scene, (ordinal, at): (i64, DateTime<Utc>), lasts: Duration) {
        let drawn = "SELECT format('SELECT setval(%L, %s, %L)', schemaname || '.' || sequencename, coalesce(last_value, start_value),
                 last_value IS NOT NULL) AS line FROM pg_sequences";
        let mut superuser = scene.world.superuser().await;
        let put_back = lines_by(&mut superuser, drawn).await.join(";");
        let mut conn = own_connection(scene.world.pool()).await.unwrap();
        let backend = lines_by(&mut conn, "SELECT pg_backend_pid()::text AS line")
            .await
            .remove(0);
        let moment = self.moment(lasts);
        let came_to_its_end = timeout(moment, step.take(scene, &mut conn, at)).await.is_ok();
        let cut = format!("SELECT pg_terminate_backend({backend})");
        superuser.batch_execute(&cut).await.unwrap();
        drop(conn);
        let gone = format!("SELECT (count(*) = 0)::text AS line FROM pg_stat_activity WHERE pid = {backend}");
        until(&scene.world, &gone, "true").await;
        self.cuts += u32::from(!came_to_its_end);
        if !step.is_done(&scene.world, ordinal).await {
            superuser.batch_execute(&put_back).await.unwrap();
        }
    }
}

/// All windows step by step; with a knife, each step is cut within the time that it takes undisturbed.
async fn settle(scene: &Scene, mut knife: Option<(&mut Knife, &[Duration])>) -> Vec<Duration> {
    let mut lasted = Vec::new();
    for ordinal in 1..=WINDOWS {
        let at = scene.day(ordinal, 12);
        for step in Step::ALL {
            if let Some((knife, calm)) = &mut knife {
                for _ in 0..CUTS_PER_STEP {
                    if !step.is_done(&scene.world, ordinal).await {
                        knife.cut(step, scene, (ordinal, at), calm[lasted.len()]).await;
                    }
                }
            }
            let began = Instant::now();
            while !step.is_done(&scene.world, ordinal).await {
                assert!(began.elapsed() < PATIENCE, "{step:?} was never done");
                step.take(scene, &mut *scene.world.conn().await, at)
                    .await
                    .unwrap();
            }
            lasted.push(began.elapsed());
        }
    }
    lasted
}

/// Whole rows, with their moments and bytes.
async fn settled(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for table in [
        "statements",
        "positions",
        "payouts",
        "remittance_demands",
        "settlements",
    ] {
        all.extend(
            lines(
                world,
                &format!("SELECT to_jsonb(x)::text AS line FROM {table} x ORDER BY 1"),
            )
            .await,
        );
    }
    all
}

#[tokio::test]
async fn statements_are_the_same_to_the_byte_however_often_the_database_was_cut_off_while_they_were_made() {
    let [disturbed, undisturbed] = recorded().await.twins().await;
    let calm = settle(&undisturbed, None).await;
    let mut knife = Knife {
        dice: Dice::new(20_260_327),
        cuts: 0,
    };
    settle(&disturbed, Some((&mut knife, &calm))).await;
    assert!(knife.cuts >= 6, "{} cuts", knife.cuts);
    let statements = "SELECT (count(*) > 20)::text AS line FROM statements";
    assert_eq!(one(&disturbed.world, statements).await, "true");
    assert_same(
        &settled(&disturbed.world).await,
        &settled(&undisturbed.world).await,
    );
    disturbed.world.assert_sound().await;
}
