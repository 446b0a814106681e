//! Tariffs from draft to publication. Never here: pricing (see `domain::tariff`), the recording that books by them.

pub mod approve;
pub mod draft;
pub mod publish;
pub mod withdraw;

pub use approve::approve_tariffs;
pub use draft::{TariffDraft, draft_tariffs};
pub use publish::publish_tariffs;
pub use withdraw::withdraw_tariffs;
