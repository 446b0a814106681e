//! In whose name a command acts. Never here: what that person may do (see `domain::originator`).

use clap::Args;

use super::unavailable;
use crate::domain::originator::Originator;
use crate::host::Host;
use crate::host::database::PooledConnection;
use crate::usecases::register::originator::person_of_code;
use crate::usecases::{Connection, Done};

/// Whoever may read the host's files is believed who they say they are; four eyes are asked for all the same.
#[derive(Debug, Args)]
pub struct Acting {
    /// Code of the person who acts: what is written bears that name.
    #[arg(long = "as", value_name = "PERSON")]
    pub code: String,
}

impl Acting {
    pub async fn person(&self, conn: &mut Connection) -> Done<Originator> {
        person_of_code(conn, &self.code).await
    }
}

pub async fn connected(host: &Host) -> Done<PooledConnection> {
    host.connection().await.map_err(unavailable)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use crate::cli::CommandLine;

    fn who_acts(command: &clap::Command, told: &mut Vec<(String, String)>) {
        for argument in command.get_arguments().filter(|a| a.get_long() == Some("as")) {
            let names = argument.get_value_names().unwrap_or_default();
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            told.push((names.join(" "), help));
        }
        for below in command.get_subcommands() {
            who_acts(below, told);
        }
    }

    #[test]
    fn every_command_names_the_person_who_acts_in_the_same_way() {
        let mut told = Vec::new();
        who_acts(&CommandLine::command(), &mut told);
        assert!(told.len() > 10, "{told:?}");
        for (name, help) in told {
            assert_eq!(name, "PERSON");
            assert!(
                help.starts_with("Code of the person who acts: what is written bears that name"),
                "{help}"
            );
        }
    }
}
