//! A migrated database of its own for each test, in a throwaway cluster of the whole run. Never here: what a noun
//! needs to be tested (that stands in the noun's file).

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use daftar::host::database::{APP_ROLE, DatabaseUrl, Pool, PooledConnection, connect, connection, pool};
use daftar::host::postgres::{SUPERUSER, Throwaway};
use daftar::host::private;
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection};
use tokio::runtime::{Builder, Runtime};

/// Small, so that a test which forgets to give a connection back notices.
const POOL_CONNECTIONS: usize = 20;

/// The database of one test. It is dropped with it.
pub struct World {
    name: String,
    socket: PathBuf,
    pool: Pool,
    ground: Ground,
}

/// Whose PostgreSQL it is in.
enum Ground {
    Shared,
    /// Of a test that lets it crash.
    Own(Throwaway),
    /// Of the server that is tested.
    Private,
}

/// The cluster of this run, and the thread that clears away the databases of finished tests.
struct Shared {
    cluster: Throwaway,
    broom: Sender<String>,
}

impl World {
    /// An empty database with the whole schema.
    pub async fn new() -> Self {
        Self::copied_from(private::DATABASE).await
    }

    /// An empty database in a cluster of its own.
    pub async fn apart() -> Self {
        let cluster = Throwaway::start(&[]).unwrap();
        private::prepare(cluster.socket()).await.unwrap();
        let socket = cluster.socket().to_owned();
        let name = private::DATABASE.to_owned();
        Self {
            pool: pool(
                &DatabaseUrl::on_socket(&socket, APP_ROLE, &name),
                POOL_CONNECTIONS,
            )
            .unwrap(),
            name,
            socket,
            ground: Ground::Own(cluster),
        }
    }

    /// The database of a private PostgreSQL that runs.
    pub fn private(socket: &Path) -> Self {
        Self {
            pool: pool(&private::app_url(socket), POOL_CONNECTIONS).unwrap(),
            name: private::DATABASE.to_owned(),
            socket: socket.to_owned(),
            ground: Ground::Private,
        }
    }

    /// This database as it stands and a copy, down to the next number of every sequence.
    pub async fn twins(mut self) -> [Self; 2] {
        self.pool.close();
        let end = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
            self.name
        );
        maintenance().await.batch_execute(&end).await.unwrap();
        let twin = Self::copied_from(&self.name).await;
        self.pool = pool(&self.app_url(), POOL_CONNECTIONS).unwrap();
        [self, twin]
    }

    async fn copied_from(template: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(1);
        let name = format!("world_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let mut maintenance = maintenance().await;
        let create = format!("CREATE DATABASE {name} TEMPLATE {template} OWNER daftar_owner");
        maintenance.batch_execute(&create).await.unwrap();
        let socket = shared().cluster.socket().to_owned();
        Self {
            pool: pool(
                &DatabaseUrl::on_socket(&socket, APP_ROLE, &name),
                POOL_CONNECTIONS,
            )
            .unwrap(),
            name,
            socket,
            ground: Ground::Shared,
        }
    }

    pub fn own_cluster(&self) -> &Throwaway {
        match &self.ground {
            Ground::Own(cluster) => cluster,
            Ground::Shared | Ground::Private => panic!("it has no cluster of its own"),
        }
    }

    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// A connection as `daftar_app`, which is what everything works as.
    pub async fn conn(&self) -> PooledConnection {
        connection(&self.pool).await.unwrap()
    }

    /// The application may not do it, and whoever may is refused by a trigger.
    pub async fn assert_refused(&self, edit: &str) {
        let refused = self.conn().await.batch_execute(edit).await.unwrap_err();
        assert!(
            refused.to_string().contains("permission denied"),
            "{edit}: {refused}"
        );
        let refused = self.superuser().await.batch_execute(edit).await.unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{edit}: {refused}");
    }

    /// A connection that may do anything: for tests that tamper.
    pub async fn superuser(&self) -> AsyncPgConnection {
        connect(&self.admin_url()).await.unwrap()
    }

    pub fn app_url(&self) -> DatabaseUrl {
        DatabaseUrl::on_socket(&self.socket, APP_ROLE, &self.name)
    }

    pub fn admin_url(&self) -> DatabaseUrl {
        DatabaseUrl::on_socket(&self.socket, SUPERUSER, &self.name)
    }

    /// The schema as `pg_dump` writes it.
    pub fn schema_dump(&self) -> String {
        self.dump("--schema-only")
    }

    /// Every row of every table as `pg_dump` writes it.
    pub fn data_dump(&self) -> String {
        self.dump("--data-only")
    }

    /// Without the lines that differ from run to run.
    fn dump(&self, what: &str) -> String {
        let mut dump = std::process::Command::new(shared().cluster.program("pg_dump"));
        dump.args([what, "--dbname", self.admin_url().expose()]);
        let output = dump.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        // Newer versions fence their dumps with a random key.
        let told = String::from_utf8(output.stdout).unwrap();
        let lines = told
            .lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.pool.close();
        match self.ground {
            // At the end of the run the broom may be gone; the whole cluster goes then.
            Ground::Shared => drop(shared().broom.send(std::mem::take(&mut self.name))),
            Ground::Own(_) | Ground::Private => {}
        }
    }
}

async fn maintenance() -> AsyncPgConnection {
    let url = DatabaseUrl::on_socket(shared().cluster.socket(), SUPERUSER, "postgres");
    connect(&url).await.unwrap()
}

fn shared() -> &'static Shared {
    static SHARED: OnceLock<Shared> = OnceLock::new();
    // Every test has a runtime of its own, so what they share is made on a thread that has none.
    SHARED.get_or_init(|| thread::spawn(prepare).join().unwrap())
}

fn prepare() -> Shared {
    let cluster = Throwaway::start(&[]).unwrap();
    let socket = cluster.socket().to_owned();
    runtime().block_on(private::prepare(&socket)).unwrap();
    let (broom, finished) = channel::<String>();
    let maintenance_url = DatabaseUrl::on_socket(&socket, SUPERUSER, "postgres");
    let sweep = move || {
        runtime().block_on(async {
            let mut maintenance = connect(&maintenance_url).await.unwrap();
            for name in finished {
                maintenance
                    .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
                    .await
                    .unwrap();
            }
        });
    };
    thread::spawn(sweep);
    Shared { cluster, broom }
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}
