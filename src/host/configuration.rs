//! What an operator may set, read from the environment once and parsed into types. Never here: any effect of a
//! setting, and nothing else reads the environment.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU16;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::thread::available_parallelism;

use ipnet::IpNet;
use lettre::message::Mailbox;
use secrecy::SecretString;
use tracing_subscriber::EnvFilter;

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
const SMTP_HOST: &str = "DAFTAR_SMTP_HOST";
const SMTP_PORT: &str = "DAFTAR_SMTP_PORT";
const SMTP_TLS: &str = "DAFTAR_SMTP_TLS";
const SMTP_USER: &str = "DAFTAR_SMTP_USER";
const SMTP_PASSWORD: &str = "DAFTAR_SMTP_PASSWORD";
const SMTP_FROM: &str = "DAFTAR_SMTP_FROM";
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
        "Private database, mailbox, locks; `--data-dir` overrides it",
    ),
    variable(
        POOL_CONNECTIONS,
        "16",
        "Database connections of one process at most (2 to 500)",
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
        PATH,
        "the system's",
        "Where the server programs of PostgreSQL are looked for first",
    ),
];

/// Of one process: at least one for a job's long step and one that renews its lease meanwhile.
const POOL_CONNECTIONS_ALLOWED: RangeInclusive<usize> = 2..=500;
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

#[derive(Clone, Debug)]
pub struct SmtpConfiguration {
    pub host: String,
    pub port: u16,
    pub tls: SmtpTls,
    pub login: Option<SmtpLogin>,
    pub from: String,
}

#[derive(Clone, Debug)]
pub struct SmtpLogin {
    pub user: String,
    pub password: SecretString,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpTls {
    StartTls,
    Tls,
    None,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{variable}: {reason}")]
pub struct ConfigurationError {
    pub variable: &'static str,
    pub reason: String,
}

impl Configuration {
    /// Reads the process's environment.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one door to the environment"
    )]
    pub fn read() -> Result<Self, ConfigurationError> {
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
            pool_connections: count(
                POOL_CONNECTIONS,
                text(POOL_CONNECTIONS),
                16,
                POOL_CONNECTIONS_ALLOWED,
            )?,
            listen: parsed(
                LISTEN,
                &text(LISTEN).unwrap_or_else(|| "127.0.0.1:8080".to_owned()),
                "address with a port, such as 127.0.0.1:8080 or [::]:8080",
            )?,
            workers: count(WORKERS, text(WORKERS), cores, WORKERS_ALLOWED)?,
            trusted_proxies: networks(TRUSTED_PROXIES, text(TRUSTED_PROXIES))?,
            log_filter: log_filter(text(LOG))?,
            log_format: log_format(text(LOG_FORMAT))?,
            smtp: smtp(text)?,
            search_path: text(PATH).map_or_else(Vec::new, |path| std::env::split_paths(&path).collect()),
        })
    }

    /// Where mails lie while no mail server is set.
    pub fn mailbox_dir(&self) -> PathBuf {
        self.data_dir.join("mailbox")
    }
}

fn smtp(
    text: impl Fn(&'static str) -> Option<String>,
) -> Result<Option<SmtpConfiguration>, ConfigurationError> {
    let Some(host) = text(SMTP_HOST) else {
        return Ok(None);
    };
    if host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(refused(SMTP_HOST, "must be the name or the address of a host"));
    }
    let tls = smtp_tls(text(SMTP_TLS))?;
    let port = match text(SMTP_PORT) {
        Some(port) => parsed::<NonZeroU16>(SMTP_PORT, &port, "port, a number from 1 to 65535")?.get(),
        None => tls.usual_port(),
    };
    let login = match (text(SMTP_USER), text(SMTP_PASSWORD)) {
        (Some(user), Some(password)) => Some(SmtpLogin {
            user,
            password: password.into(),
        }),
        (None, None) => None,
        (Some(_), None) => return Err(refused(SMTP_PASSWORD, "is missing while a user is set")),
        (None, Some(_)) => return Err(refused(SMTP_USER, "is missing while a password is set")),
    };
    let from = text(SMTP_FROM).unwrap_or_else(|| "daftar@localhost".to_owned());
    if from.parse::<Mailbox>().is_err() {
        let reason =
            format!("`{from}` is no address such as daftar@example.org or Daftar <daftar@example.org>");
        return Err(refused(SMTP_FROM, reason));
    }
    Ok(Some(SmtpConfiguration {
        host,
        port,
        tls,
        login,
        from,
    }))
}

impl SmtpTls {
    const fn usual_port(self) -> u16 {
        match self {
            Self::StartTls => 587,
            Self::Tls => 465,
            Self::None => 25,
        }
    }
}

fn smtp_tls(value: Option<String>) -> Result<SmtpTls, ConfigurationError> {
    match value.as_deref() {
        None | Some("starttls") => Ok(SmtpTls::StartTls),
        Some("tls") => Ok(SmtpTls::Tls),
        Some("none") => Ok(SmtpTls::None),
        Some(_) => Err(refused(SMTP_TLS, "must be starttls, tls or none")),
    }
}

fn log_filter(value: Option<String>) -> Result<String, ConfigurationError> {
    let value = value.unwrap_or_else(|| "info".to_owned());
    match EnvFilter::try_new(&value) {
        Ok(_) => Ok(value),
        Err(error) => {
            let reason = format!("`{value}` is no filter such as info or warn,daftar=debug: {error}");
            Err(refused(LOG, reason))
        }
    }
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

fn refused(variable: &'static str, reason: impl Into<String>) -> ConfigurationError {
    ConfigurationError {
        variable,
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Configuration, ConfigurationError> {
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
        assert_eq!(read(&[(POOL_CONNECTIONS, "500")]).unwrap().pool_connections, 500);
        assert_eq!(read(&[(LOG_FORMAT, "xml")]).unwrap_err().variable, LOG_FORMAT);
        assert_eq!(read(&[(LOG, "daftar=loud")]).unwrap_err().variable, LOG);
        assert_eq!(
            read(&[(LOG, "warn,daftar=debug")]).unwrap().log_filter,
            "warn,daftar=debug"
        );
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
    fn a_mail_login_is_whole_or_absent() {
        let half = read(&[(SMTP_HOST, "mail"), (SMTP_USER, "u")]).unwrap_err();
        assert_eq!(half.variable, SMTP_PASSWORD);
        for (variable, wrong) in [(SMTP_FROM, "nobody"), (SMTP_PORT, "0")] {
            let refused = read(&[(SMTP_HOST, "mail"), (variable, wrong)]).unwrap_err();
            assert_eq!(refused.variable, variable);
        }
        assert_eq!(read(&[(SMTP_HOST, "two words")]).unwrap_err().variable, SMTP_HOST);
        let smtp = read(&[
            (SMTP_HOST, "mail"),
            (SMTP_TLS, "tls"),
            (SMTP_FROM, "Daftar <d@example.org>"),
        ])
        .unwrap()
        .smtp
        .unwrap();
        assert_eq!((smtp.port, smtp.login.is_none()), (465, true));
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
