//! Why a row waits or is refused: a stable code, and words for people. Never here: the rules that decide it.

use serde::{Deserialize, Serialize};

use crate::domain::statement::Names;

/// Why a row could not be booked. The code is stable and public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    UnknownOffice,
    UnknownService,
    UnknownNetwork,
    NoNetworkAllowsIt,
    SeveralNetworksAllowIt,
    NoLicence,
    LicenceNotStanding,
    NoBinding,
    NoTariff,
    UnknownFact,
    TariffRefuses,
    PriceDiffers,
    RoleIsVacant,
    BorneByAnother,
    /// The sender acts for one party, which it does not concern.
    NotTheSendersOwn,
    TooLate,
    InTheFuture,
    BeforeTheFirstWindow,
    /// Closers have run ahead of the clock: it can be released once a window is open again.
    NoWindowOpen,
    OriginalMissing,
    OriginalIsNone,
    BeforeItsOriginal,
    OtherNetworkOrService,
    /// The office was handed over since: its present licensee paid what the former is to be charged with.
    GivenBackByAnother,
    MoreThanLeft,
    NothingLeft,
    /// The database took it neither with others nor alone.
    RefusedByTheDatabase,
}

impl Reason {
    pub const ALL: [Self; 27] = [
        Self::UnknownOffice,
        Self::UnknownService,
        Self::UnknownNetwork,
        Self::NoNetworkAllowsIt,
        Self::SeveralNetworksAllowIt,
        Self::NoLicence,
        Self::LicenceNotStanding,
        Self::NoBinding,
        Self::NoTariff,
        Self::UnknownFact,
        Self::TariffRefuses,
        Self::PriceDiffers,
        Self::RoleIsVacant,
        Self::BorneByAnother,
        Self::NotTheSendersOwn,
        Self::TooLate,
        Self::InTheFuture,
        Self::BeforeTheFirstWindow,
        Self::NoWindowOpen,
        Self::OriginalMissing,
        Self::OriginalIsNone,
        Self::BeforeItsOriginal,
        Self::OtherNetworkOrService,
        Self::GivenBackByAnother,
        Self::MoreThanLeft,
        Self::NothingLeft,
        Self::RefusedByTheDatabase,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::UnknownOffice => "unknown_office",
            Self::UnknownService => "unknown_service",
            Self::UnknownNetwork => "unknown_network",
            Self::NoNetworkAllowsIt => "no_network_allows_it",
            Self::SeveralNetworksAllowIt => "several_networks_allow_it",
            Self::NoLicence => "no_licence",
            Self::LicenceNotStanding => "licence_not_standing",
            Self::NoBinding => "no_binding",
            Self::NoTariff => "no_tariff",
            Self::UnknownFact => "unknown_fact",
            Self::TariffRefuses => "tariff_refuses",
            Self::PriceDiffers => "price_differs",
            Self::RoleIsVacant => "role_is_vacant",
            Self::BorneByAnother => "borne_by_another",
            Self::NotTheSendersOwn => "not_the_senders_own",
            Self::TooLate => "too_late",
            Self::InTheFuture => "in_the_future",
            Self::BeforeTheFirstWindow => "before_the_first_window",
            Self::NoWindowOpen => "no_window_open",
            Self::OriginalMissing => "original_missing",
            Self::OriginalIsNone => "original_is_none",
            Self::BeforeItsOriginal => "before_its_original",
            Self::OtherNetworkOrService => "other_network_or_service",
            Self::GivenBackByAnother => "given_back_by_another",
            Self::MoreThanLeft => "more_than_left",
            Self::NothingLeft => "nothing_left",
            Self::RefusedByTheDatabase => "refused_by_the_database",
        }
    }

    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// In a few words, for people; the explanation of a row says more.
    pub fn names(self) -> Names {
        let (fa, en) = match self {
            Self::UnknownOffice => ("دفتر ناشناخته است", "the office is not known"),
            Self::UnknownService => ("خدمت ناشناخته است", "the service is not known"),
            Self::UnknownNetwork => ("شبکه ناشناخته است", "the network is not known"),
            Self::NoNetworkAllowsIt => (
                "هیچ شبکه‌ای این خدمت را مجاز نمی‌داند",
                "no network allows the service",
            ),
            Self::SeveralNetworksAllowIt => (
                "چند شبکه این خدمت را مجاز می‌دانند",
                "several networks allow the service",
            ),
            Self::NoLicence => ("دفتر پروانه‌ای ندارد", "the office has no licence"),
            Self::LicenceNotStanding => ("پروانه معتبر نیست", "the licence does not stand"),
            Self::NoBinding => (
                "ذی‌نفعان دفتر ثبت نشده‌اند",
                "the roles of the office are not bound",
            ),
            Self::NoTariff => ("تعرفه‌ای در اعتبار نیست", "no tariff is in force"),
            Self::UnknownFact => ("مشخصهٔ مورد ناشناخته است", "a fact of the case is not known"),
            Self::TariffRefuses => ("تعرفه این مورد را نمی‌پذیرد", "the tariff refuses the case"),
            Self::PriceDiffers => ("مبلغ با تعرفه نمی‌خواند", "the amount is not the tariff's price"),
            Self::RoleIsVacant => (
                "یکی از ذی‌نفعان تعرفه برای این دفتر تعیین نشده است",
                "nobody plays a role of the tariff for the office",
            ),
            Self::BorneByAnother => (
                "بخشی از هزینه را دیگری می‌پردازد و در پایانه تقسیم نمی‌شود",
                "another bears a part of the fee, which no terminal splits",
            ),
            Self::NotTheSendersOwn => (
                "این دفتر یا خدمت از آنِ فرستنده نیست",
                "neither the office nor the service is the sender's own",
            ),
            Self::TooLate => ("دیرتر از مهلت رسیده است", "it came too late"),
            Self::InTheFuture => ("زمان آن هنوز نرسیده است", "it is said to happen in the future"),
            Self::BeforeTheFirstWindow => ("پیش از نخستین پنجرهٔ شبکه است", "the network has no window yet"),
            Self::NoWindowOpen => ("هیچ پنجره‌ای باز نیست", "no window is open"),
            Self::OriginalMissing => ("تراکنش اصلی پیدا نشد", "its original is not in the books"),
            Self::OriginalIsNone => ("آنچه نام برده تراکنش اصلی نیست", "what it names is no original"),
            Self::BeforeItsOriginal => ("پیش از تراکنش اصلی است", "it is earlier than its original"),
            Self::OtherNetworkOrService => (
                "شبکه یا خدمت آن با تراکنش اصلی یکی نیست",
                "its network or service is not its original's",
            ),
            Self::GivenBackByAnother => (
                "وجه را پروانه‌دار دیگری از صندوق دفتر پس داده است",
                "another licensee of the office gave the money back",
            ),
            Self::MoreThanLeft => ("بیش از ماندهٔ تراکنش اصلی است", "it takes back more than is left"),
            Self::NothingLeft => (
                "از تراکنش اصلی چیزی نمانده است",
                "nothing of its original is left",
            ),
            Self::RefusedByTheDatabase => ("پایگاه داده آن را نپذیرفت", "the database refuses it"),
        };
        Names::new(fa, en)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_reason_has_its_own_code() {
        for reason in Reason::ALL {
            assert_eq!(Reason::parse(reason.code()), Some(reason));
        }
    }

    #[test]
    fn every_reason_is_told_in_both_languages_and_like_no_other() {
        let told: HashSet<_> = Reason::ALL.map(|reason| reason.names().fa).into();
        let english: HashSet<_> = Reason::ALL.map(|reason| reason.names().en).into();
        assert_eq!(
            (told.len(), english.len()),
            (Reason::ALL.len(), Reason::ALL.len())
        );
    }
}
