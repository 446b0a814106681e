//! The mailbox folder: one `.eml` a mail, for as long as no mail server is set. Never here: SMTP.

use std::io;
use std::path::Path;

use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::Delivery;

/// Writes the mail whole or not at all. The same mail again changes nothing.
pub(super) async fn put(folder: &Path, message_id: &str, bytes: &[u8]) -> Delivery {
    let name = file_name(message_id);
    match write(folder, &name, bytes).await {
        Ok(()) => Delivery::Accepted {
            reply: format!("written to {name}"),
        },
        Err(fault) => Delivery::Refused {
            permanent: false,
            reply: format!("{name}: {fault}"),
        },
    }
}

async fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder).await?;
    let (whole, part) = (
        folder.join(name),
        folder.join(format!(".{}.part", Uuid::new_v4())),
    );
    if fs::try_exists(&whole).await? {
        return Ok(());
    }
    let mut file = fs::File::create_new(&part).await?;
    file.write_all(bytes).await?;
    file.sync_data().await?;
    fs::rename(&part, &whole).await
}

/// The message id with everything that a file name should not have replaced, so that no id leaves the folder.
fn file_name(message_id: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_@.".contains(c) {
            c
        } else {
            '_'
        }
    };
    let stem: String = message_id.trim_start_matches('.').chars().map(plain).collect();
    format!("{stem}.eml")
}

#[cfg(test)]
mod tests {
    use super::super::Mailer;
    use super::super::script::sample_mail;
    use super::*;

    #[tokio::test]
    async fn a_mail_sent_twice_is_one_whole_file() {
        let folder = std::env::temp_dir().join(format!("daftar-mailbox-{}", Uuid::new_v4()));
        let mailer = Mailer::Mailbox {
            folder: folder.clone(),
        };
        for _ in 0..2 {
            assert!(matches!(
                mailer.send(&sample_mail()).await,
                Delivery::Accepted { .. }
            ));
        }
        let files: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().path())
            .collect();
        assert_eq!(files, [folder.join("statement-7@daftar.example.eml")]);
        let text = std::fs::read_to_string(&files[0]).unwrap();
        assert!(text.contains("Message-ID: <statement-7@daftar.example>"));
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_is_tried_again_later() {
        let file = std::env::temp_dir().join(format!("daftar-no-folder-{}", Uuid::new_v4()));
        std::fs::write(&file, "").unwrap();
        let mailer = Mailer::Mailbox {
            folder: file.join("mailbox"),
        };
        assert!(matches!(
            mailer.send(&sample_mail()).await,
            Delivery::Refused { permanent: false, .. }
        ));
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn a_message_id_never_leaves_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd.eml");
        assert_eq!(file_name("a b@c"), "a_b@c.eml");
    }
}
