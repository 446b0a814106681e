//! What an operator may set, read from the environment once and parsed into types. Never here: any effect of a
//! setting, and nothing else reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread::available_parallelism;

use ipnet::IpNet;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

mod smtp;

pub use self::smtp::{SmtpConfiguration, SmtpLogin, SmtpTls};

/// One environment variable, as README prints it.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub name: &'static str,
    pub meaning: &'static str,
    /// What holds when the variable is absent or empty.
    pub default: &'static str,
}

const fn variable(name: &'static str, default: &'static str, meaning: &'static str) -> Variable {
    Variable {
        name,
        meaning,
        default,
    }
}

const DATABASE_URL: &str = "DATABASE_URL";
const ADMIN_DATABASE_URL: &str = "DAFTAR_ADMIN_DATABASE_URL";
const DATA_DIR: &str = "DAFTAR_DATA_DIR";
const POOL_CONNECTIONS: &str = "DAFTAR_POOL_CONNECTIONS";
const LISTEN: &str = "DAFTAR_LISTEN";
const WORKERS: &str = "DAFTAR_WORKERS";
const TRUSTED_PROXIES: &str = "DAFTAR_TRUSTED_PROXIES";
const LOG: &str = "DAFTAR_LOG";
const LOG_FORMAT: &str = "DAFTAR_LOG_FORMAT";
/// With which the names of all settings of mail begin.
const SMTP: &str = "DAFTAR_SMTP_";
const SMTP_HOST: &str = "DAFTAR_SMTP_HOST";
const SMTP_PORT: &str = "DAFTAR_SMTP_PORT";
const SMTP_TLS: &str = "DAFTAR_SMTP_TLS";
const SMTP_USER: &str = "DAFTAR_SMTP_USER";
const SMTP_PASSWORD: &str = "DAFTAR_SMTP_PASSWORD";
const SMTP_FROM: &str = "DAFTAR_SMTP_FROM";
/// These two are read by what believes certificates (`rustls-native-certs`).
const SSL_CERT_FILE: &str = "SSL_CERT_FILE";
const SSL_CERT_DIR: &str = "SSL_CERT_DIR";
const PATH: &str = "PATH";

/// Every variable that Daftar reads, in the order of README's table.
pub const ENVIRONMENT: &[Variable] = &[
    variable(
        DATABASE_URL,
        "a private PostgreSQL",
        "The database, as the role `daftar_app`",
    ),
    variable(
        ADMIN_DATABASE_URL,
        "`DATABASE_URL`",
        "`daftar migrate` only: a login that may make roles",
    ),
    variable(
        DATA_DIR,
        "`./data`",
        "Private database, mailbox, locks, and the refunds that wait for the end of a long file; `--data-dir` overrides it",
    ),
    variable(
        POOL_CONNECTIONS,
        "16",
        "Database connections of one process at most (2 to 500; to 150 on the private PostgreSQL)",
    ),
    variable(LISTEN, "`127.0.0.1:8080`", "Address and port of the web server"),
    variable(
        WORKERS,
        "the number of cores",
        "Threads of the web server (1 to 256)",
    ),
    variable(
        TRUSTED_PROXIES,
        "`127.0.0.0/8,::1/128`",
        "Reverse proxies whose `X-Forwarded-For` is believed: addresses and networks, by commas",
    ),
    variable(LOG, "`info`", "What is logged, as a filter: `warn,daftar=debug`"),
    variable(LOG_FORMAT, "`text`", "`text` or `json`, one event a line"),
    variable(SMTP_HOST, "mails go into the mailbox folder", "Mail server"),
    variable(SMTP_PORT, "587; 465 with `tls`; 25 with `none`", "Its port"),
    variable(SMTP_TLS, "`starttls`", "`starttls`, `tls` or `none`"),
    variable(SMTP_USER, "no login", "Login at the mail server"),
    variable(SMTP_PASSWORD, "no login", "Its password"),
    variable(SMTP_FROM, "`daftar@localhost`", "Sender of the mails"),
    variable(
        SSL_CERT_FILE,
        "the system's store",
        "File of the authorities, as PEM, that are believed about mail servers, and no others",
    ),
    variable(
        SSL_CERT_DIR,
        "the system's store",
        "Folders of such files, by colons; beside `SSL_CERT_FILE`, both count",
    ),
    variable(
        PATH,
        "the system's",
        "Folders in which the server programs of PostgreSQL are looked for, before those where systems put them: of all, the newest \
         are taken, or those of the version that made the cluster, and of one version the first",
    ),
];

/// Of one process: at least one for a job's long step and one that renews its lease meanwhile.
const POOL_CONNECTIONS_ALLOWED: RangeInclusive<usize> = 2..=500;
/// The private PostgreSQL grants 200 (see `durable.conf`): the rest is for recorders, and for commands beside a server.
const PRIVATE_POOL_CONNECTIONS_MAX: usize = 150;
const WORKERS_ALLOWED: RangeInclusive<usize> = 1..=256;
const PROXIES_HERE: &str = "127.0.0.0/8,::1/128";

#[derive(Clone, Debug)]
pub struct Configuration {
    /// `None`: keep a private PostgreSQL under `data_dir`.
    pub database_url: Option<SecretString>,
    /// `None`: `daftar migrate` logs in by `database_url`.
    pub admin_database_url: Option<SecretString>,
    pub data_dir: PathBuf,
    pub pool_connections: usize,
    pub listen: SocketAddr,
    pub workers: usize,
    pub trusted_proxies: Vec<IpNet>,
    pub log_filter: String,
    pub log_format: LogFormat,
    /// `None`: mails are written into the mailbox folder.
    pub smtp: Option<SmtpConfiguration>,
    /// Folders in which programs are looked for.
    pub search_path: Vec<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct ConfigurationError {
    pub variable: String,
    pub reason: String,
}

impl Configuration {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door to the environment"
    )]
    pub fn read() -> Result<Self, ConfigurationError> {
        let set = std::env::vars_os().filter(|(_, value)| !value.is_empty());
        for (name, _) in set {
            smtp::require_known(&name.to_string_lossy())?;
        }
        Self::from_lookup(|name| std::env::var(name).ok())
    }

    /// Reads settings from `lookup`; an empty value counts as absent.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigurationError> {
        let text = |name: &'static str| lookup(name).filter(|value| !value.is_empty());
        let cores = available_parallelism().map_or(2, usize::from);
        Ok(Self {
            database_url: text(DATABASE_URL).map(SecretString::from),
            admin_database_url: text(ADMIN_DATABASE_URL).map(SecretString::from),
            data_dir: text(DATA_DIR).unwrap_or_else(|| "data".to_owned()).into(),
            pool_connections: pool_connections(text)?,
            listen: parsed(
                LISTEN,
                &text(LISTEN).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
                "address with a port, such as 127.0.0.1:8080 or [::]:8080",
            )?,
            workers: count(WORKERS, text(WORKERS), cores, WORKERS_ALLOWED)?,
            trusted_proxies: networks(TRUSTED_PROXIES, text(TRUSTED_PROXIES))?,
            log_filter: log_filter(text(LOG))?,
            log_format: log_format(text(LOG_FORMAT))?,
            smtp: smtp::read(text)?,
            search_path: text(PATH).map_or_else(Vec::new, |path| std::env::split_paths(&path).collect()),
        })
    }

    /// Where mails lie while no mail server is set.
    pub fn mailbox_dir(&self) -> PathBuf {
        self.data_dir.join("mailbox")
    }
}

fn pool_connections(text: impl Fn(&'static str) -> Option<String>) -> Result<usize, ConfigurationError> {
    let connections = count(
        POOL_CONNECTIONS,
        text(POOL_CONNECTIONS),
        16,
        POOL_CONNECTIONS_ALLOWED,
    )?;
    if text(DATABASE_URL).is_none() && connections > PRIVATE_POOL_CONNECTIONS_MAX {
        let reason = format!(
            "`{connections}` are more than the private PostgreSQL grants, {PRIVATE_POOL_CONNECTIONS_MAX} to one process"
        );
        return Err(refused(POOL_CONNECTIONS, reason));
    }
    Ok(connections)
}

fn log_filter(value: Option<String>) -> Result<String, ConfigurationError> {
    let value = value.unwrap_or_else(|| "info".to_owned());
    if let Some(word) = value.split(',').find(|directive| !says_a_level(directive)) {
        let reason = format!(
            "`{word}` is no level (off, error, warn, info, debug, trace), nor of a target: daftar=debug"
        );
        return Err(refused(LOG, reason));
    }
    match EnvFilter::try_new(&value) {
        Ok(_) => Ok(value),
        Err(error) => {
            let reason = format!("`{value}` is no filter such as info or warn,daftar=debug: {error}");
            Err(refused(LOG, reason))
        }
    }
}

/// A word alone that is no level would be taken for a target, of which everything is logged, and of all others nothing.
fn says_a_level(directive: &str) -> bool {
    directive.contains(['=', '[']) || directive.parse::<LevelFilter>().is_ok()
}

fn log_format(value: Option<String>) -> Result<LogFormat, ConfigurationError> {
    match value.as_deref() {
        None | Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(_) => Err(refused(LOG_FORMAT, "must be text or json")),
    }
}

fn count(
    variable: &'static str,
    value: Option<String>,
    default: usize,
    allowed: RangeInclusive<usize>,
) -> Result<usize, ConfigurationError> {
    let (min, max) = allowed.clone().into_inner();
    let Some(value) = value else {
        return Ok(default.clamp(min, max));
    };
    let count = value.parse().ok().filter(|count| allowed.contains(count));
    count.ok_or_else(|| {
        let reason = format!("`{value}` is no whole number between {min} and {max}");
        refused(variable, reason)
    })
}

/// Addresses are networks of one.
fn networks(variable: &'static str, value: Option<String>) -> Result<Vec<IpNet>, ConfigurationError> {
    let value = value.unwrap_or_else(|| PROXIES_HERE.to_owned());
    let network = |told: &str| {
        let alone = told.parse::<IpAddr>().map(IpNet::from);
        alone.or_else(|_| told.parse::<IpNet>()).map_err(|_| {
            let reason = format!("`{told}` is neither an address nor a network such as 10.0.0.0/8");
            refused(variable, reason)
        })
    };
    value.split(',').map(str::trim).map(network).collect()
}

/// `right` says what the value should have been.
fn parsed<T: FromStr>(variable: &'static str, value: &str, right: &str) -> Result<T, ConfigurationError> {
    value
        .parse()
        .map_err(|_| refused(variable, format!("`{value}` is no {right}")))
}

fn refused(variable: impl Into<String>, reason: impl Into<String>) -> ConfigurationError {
    ConfigurationError {
        variable: variable.into(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn read(set: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
        Configuration::from_lookup(|name| {
            assert!(
                ENVIRONMENT.iter().any(|known| known.name == name),
                "{name} is not in the table"
            );
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn an_empty_environment_is_enough() {
        let configuration = read(&[]).unwrap();
        assert!(configuration.database_url.is_none());
        assert!(configuration.smtp.is_none());
        assert_eq!(configuration.data_dir, PathBuf::from("data"));
        assert_eq!(configuration.listen.port(), 8080);
    }

    #[test]
    fn a_refused_value_names_its_variable() {
        assert_eq!(read(&[(LISTEN, "everywhere")]).unwrap_err().variable, LISTEN);
        assert_eq!(
            read(&[(POOL_CONNECTIONS, "1")]).unwrap_err().variable,
            POOL_CONNECTIONS
        );
        assert_eq!(
            read(&[(POOL_CONNECTIONS, "501")]).unwrap_err().variable,
            POOL_CONNECTIONS
        );
        assert_eq!(read(&[(LOG_FORMAT, "xml")]).unwrap_err().variable, LOG_FORMAT);
    }

    #[test]
    fn a_misspelt_level_of_the_log_is_refused_and_not_taken_for_a_target() {
        for sound in ["warn", "WARN", "3", "off", "warn,daftar=debug", "warn,[request]"] {
            assert_eq!(read(&[(LOG, sound)]).unwrap().log_filter, sound);
        }
        for misspelt in [
            "warning",
            "inf",
            "6",
            "info ",
            "daftar",
            "warn,inof",
            "daftar=loud",
        ] {
            assert_eq!(read(&[(LOG, misspelt)]).unwrap_err().variable, LOG, "{misspelt}");
        }
    }

    #[test]
    fn a_process_takes_no_more_connections_than_the_private_postgresql_grants_beside_others() {
        let grants = include_str!("postgres/durable.conf")
            .lines()
            .find_map(|line| line.strip_prefix("max_connections = "))
            .unwrap();
        assert_eq!(grants, "200");
        let granted = read(&[(POOL_CONNECTIONS, "150")]).unwrap();
        assert_eq!(granted.pool_connections, PRIVATE_POOL_CONNECTIONS_MAX);
        let refused = read(&[(POOL_CONNECTIONS, "151")]).unwrap_err();
        assert_eq!(refused.variable, POOL_CONNECTIONS);
        assert!(
            refused.reason.contains("150 to one process"),
            "{}",
            refused.reason
        );
        let elsewhere = [(DATABASE_URL, "postgresql://h/d"), (POOL_CONNECTIONS, "500")];
        assert_eq!(read(&elsewhere).unwrap().pool_connections, 500);
    }

    #[test]
    fn proxies_are_addresses_and_networks_and_this_machine_if_none_is_named() {
        let trusted = |told| read(&[(TRUSTED_PROXIES, told)]).map(|read| read.trusted_proxies);
        let networks = |told: &[&str]| {
            told.iter()
                .map(|net| net.parse().unwrap())
                .collect::<Vec<IpNet>>()
        };
        assert_eq!(trusted("").unwrap(), networks(&["127.0.0.0/8", "::1/128"]));
        assert_eq!(
            trusted("10.1.2.3, 2001:db8::/32").unwrap(),
            networks(&["10.1.2.3/32", "2001:db8::/32"])
        );
        let refused = trusted("10.0.0.0/8,proxy").unwrap_err();
        assert_eq!(refused.variable, TRUSTED_PROXIES);
        assert!(refused.reason.contains("`proxy`"), "{}", refused.reason);
    }

    #[test]
    fn secrets_do_not_show_when_printed() {
        let set = [
            (DATABASE_URL, "postgresql://u:hush@h/d"),
            (SMTP_HOST, "m"),
            (SMTP_USER, "u"),
            (SMTP_PASSWORD, "hush"),
        ];
        assert!(!format!("{:?}", read(&set).unwrap()).contains("hush"));
    }
}
