//! The mailbox folder: one `.eml` a mail, for as long as no mail server is set. Never here: SMTP.

use std::io;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::fs;
use tokio::io::AsyncWriteExt as _;
use uuid::Uuid;

use super::Delivery;

/// How the name of a mail ends that is being written.
const PART: &str = "part";
/// Far longer than anybody writes a mail: whoever began an older part was killed.
const PART_AGE_MAX: TimeDelta = TimeDelta::hours(24);

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

/// Removes what senders left that were killed while they wrote; how many parts.
pub(super) async fn remove_parts(folder: &Path, at: DateTime<Utc>) -> io::Result<usize> {
    let mut removed = 0;
    if !fs::try_exists(folder).await? {
        return Ok(removed);
    }
    let mut files = fs::read_dir(folder).await?;
    while let Some(file) = files.next_entry().await? {
        let path = file.path();
        if path.extension().is_none_or(|end| end != PART) {
            continue;
        }
        let written_at = DateTime::<Utc>::from(file.metadata().await?.modified()?);
        if at - written_at > PART_AGE_MAX {
            fs::remove_file(path).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

async fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    make(folder).await?;
    let whole = folder.join(name);
    if !fs::try_exists(&whole).await? {
        let part = folder.join(format!(".{}.{PART}", Uuid::new_v4()));
        let mut file = fs::File::create_new(&part).await?;
        file.write_all(bytes).await?;
        file.sync_data().await?;
        fs::rename(&part, &whole).await?;
    }
    // Of a mail that lay there too: whoever wrote it may have been killed before this.
    sync_names(folder).await
}

async fn make(folder: &Path) -> io::Result<()> {
    if fs::try_exists(folder).await? {
        return Ok(());
    }
    fs::create_dir_all(folder).await?;
    match folder.parent() {
        Some(above) => sync_names(above).await,
        None => Ok(()),
    }
}

/// A file's name is its folder's: without this a power cut takes away a mail that was accepted.
async fn sync_names(folder: &Path) -> io::Result<()> {
    fs::File::open(folder).await?.sync_all().await
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
    use crate::host::clock;

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
    async fn what_a_killed_sender_left_is_removed_a_day_later_and_no_mail_is() {
        let folder = std::env::temp_dir().join(format!("daftar-mailbox-{}", Uuid::new_v4()));
        let now = clock::now();
        assert_eq!(remove_parts(&folder, now).await.unwrap(), 0, "no folder yet");
        std::fs::create_dir(&folder).unwrap();
        for name in [".0b1c.part", "statement-7@daftar.example.eml"] {
            std::fs::write(folder.join(name), "Message-ID").unwrap();
        }
        assert_eq!(
            remove_parts(&folder, now).await.unwrap(),
            0,
            "it may be written now"
        );
        let later = now + PART_AGE_MAX + TimeDelta::hours(1);
        assert_eq!(remove_parts(&folder, later).await.unwrap(), 1);
        let left: Vec<_> = std::fs::read_dir(&folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(left, ["statement-7@daftar.example.eml"]);
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
