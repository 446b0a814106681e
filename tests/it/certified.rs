//! Mail servers with a certificate: believed if an authority vouches for it that this machine believes, and only then.

use std::sync::Arc;

use diesel::sql_types::Text;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use crate::host::Folder;
use crate::mail::queue;
use crate::scene::Scene;
use crate::serve::daftar;
use crate::smtp::{Encryption, SmtpServer};
use crate::world::World;

/// It vouches for servers by signing their certificates.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self {
            issuer: CertifiedIssuer::self_signed(params, key).unwrap(),
        }
    }

    /// What a server of this name, for which it vouches, takes encrypted sessions by.
    fn vouched_for(&self, host: &str) -> TlsAcceptor {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([host.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let configuration = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        TlsAcceptor::from(Arc::new(configuration))
    }
}

/// Runs the job as the program does, which believes this authority and no other.
async fn send_mail(world: &World, server: &SmtpServer, tls: &str, believed: &Authority) {
    let folder = Folder::new();
    let certificates = folder.path().join("authorities.pem");
    std::fs::write(&certificates, believed.issuer.pem()).unwrap();
    let mut command = daftar(folder.path(), "jobs");
    command
        .args(["run", "send-mail"])
        .env("DATABASE_URL", world.app_url().expose())
        .env("DAFTAR_SMTP_HOST", "localhost")
        .env("DAFTAR_SMTP_PORT", server.port().to_string())
        .env("DAFTAR_SMTP_TLS", tls)
        .env("SSL_CERT_FILE", &certificates)
        .env_remove("SSL_CERT_DIR");
    let ran = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[derive(Debug, diesel::QueryableByName)]
pub struct Fate {
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub last_answer: String,
}

pub async fn fate(conn: &mut AsyncPgConnection, recipient: &str) -> Fate {
    let find = "SELECT state, last_answer FROM outbox WHERE split_part(recipient, '@', 1) = $1";
    diesel::sql_query(find)
        .bind::<Text, _>(recipient)
        .get_result(conn)
        .await
        .unwrap()
}

#[tokio::test]
async fn mail_goes_encrypted_to_a_server_for_which_a_believed_authority_vouches_and_to_no_other() {
    let scene = Scene::furnished().await;
    let mut conn = scene.world.conn().await;
    let (own, foreign) = (Authority::new(), Authority::new());
    for tls in ["starttls", "tls"] {
        let certified = async |host: &str| {
            let acceptor = own.vouched_for(host);
            SmtpServer::encrypting(match tls {
                "tls" => Encryption::FromTheStart(acceptor),
                _ => Encryption::OnDemand(acceptor),
            })
            .await
        };
        let server = certified("localhost").await;
        let impostor = certified("mail.example.ir").await;
        let arriving = format!("arriving-{tls}");
        queue(&mut conn, &arriving, "fa").await;
        send_mail(&scene.world, &server, tls, &own).await;
        assert_eq!(fate(&mut conn, &arriving).await.state, "accepted");
        assert_eq!(server.received_by(&arriving).len(), 1);
        for (server, believed, name) in [(&server, &foreign, "foreign"), (&impostor, &own, "impostor")] {
            let waiting = format!("{name}-{tls}");
            queue(&mut conn, &waiting, "fa").await;
            send_mail(&scene.world, server, tls, believed).await;
            let fate = fate(&mut conn, &waiting).await;
            assert_eq!(fate.state, "queued", "{fate:?}");
            assert!(fate.last_answer.contains("certificate"), "{fate:?}");
            assert!(server.received_by(&waiting).is_empty());
        }
    }
}
