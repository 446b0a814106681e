//! Who is owed money in the demo: players, agencies, treasuries, municipalities, owners of offices, and their accounts.

use chrono::{DateTime, Utc};

use super::catalogue;
use super::geography::{PlannedOffice, Province, provinces};
use super::iban::demo_iban;
use crate::domain::language::Language;
use crate::domain::party::PartyKind;
use crate::usecases::register::bank_account::BankAccountEntry;
use crate::usecases::register::party::PartyEntry;

/// Role in the networks, code of the party, kind and names.
pub const PLAYERS: [(&str, &str, PartyKind, &str, &str); 6] = [
    (
        "operator",
        "operator",
        PartyKind::Operator,
        "اپراتور شبکه",
        "Network operator",
    ),
    (
        "authority",
        "authority",
        PartyKind::Authority,
        "سازمان تنظیم مقررات",
        "Regulatory authority",
    ),
    (
        "treasury",
        "treasury",
        PartyKind::Treasury,
        "خزانه‌داری کل کشور",
        "General treasury",
    ),
    (
        "tax",
        "tax",
        PartyKind::Tax,
        "سازمان امور مالیاتی، تکلیفی",
        "Withheld taxes",
    ),
    (
        "union",
        "union",
        PartyKind::Union,
        "اتحادیهٔ دفاتر",
        "Union of offices",
    ),
    (
        "central",
        "central-account",
        PartyKind::Central,
        "حساب مرکزی",
        "Central account",
    ),
];

pub fn parties(offices: &[PlannedOffice]) -> Vec<PartyEntry> {
    let mut parties = Vec::new();
    for (_, code, kind, name_fa, name_en) in PLAYERS {
        parties.push(party(code, kind, name_fa, name_en));
    }
    for agency in catalogue::agencies() {
        parties.push(party(
            &agency.code,
            PartyKind::Agency,
            &agency.name_fa,
            &agency.name_en,
        ));
    }
    for province in provinces() {
        let (fa, en) = (
            format!("خزانهٔ معین {}", province.name_fa),
            format!("Treasury of {}", province.name_en),
        );
        parties.push(party(
            &provincial_treasury(&province),
            PartyKind::Treasury,
            &fa,
            &en,
        ));
        for (n, county) in province.counties.iter().enumerate() {
            let (fa, en) = (
                format!("شهرداری {}", county.name_fa),
                format!("Municipality of {}", county.name_en),
            );
            parties.push(party(
                &municipality(&province, n),
                PartyKind::Municipality,
                &fa,
                &en,
            ));
        }
    }
    parties.extend(offices.iter().map(|office| {
        let (fa, en) = (
            format!("{}، {}", office.name_fa, office.owner_fa),
            format!("{}, {}", office.name_en, office.owner_en),
        );
        let mut owner = party(&licensee(office), PartyKind::Office, &fa, &en);
        owner.language = if office.code.ends_with('7') {
            Language::En
        } else {
            Language::Fa
        };
        owner
    }));
    parties
}

fn party(code: &str, kind: PartyKind, name_fa: &str, name_en: &str) -> PartyEntry {
    PartyEntry {
        code: code.to_owned(),
        kind,
        name_fa: name_fa.to_owned(),
        name_en: name_en.to_owned(),
        language: Language::Fa,
        email: None,
    }
}

/// Every party's plain destination; the treasuries' deposit identifiers are paid into the same accounts.
pub fn bank_accounts(offices: &[PlannedOffice], valid_from: DateTime<Utc>) -> Vec<BankAccountEntry> {
    let account = |(n, party): (usize, PartyEntry)| BankAccountEntry {
        party: party.code,
        deposit_identifier: String::new(),
        iban: demo_iban(n),
        valid_from,
    };
    parties(offices).into_iter().enumerate().map(account).collect()
}

/// The party that owns an office.
pub fn licensee(office: &PlannedOffice) -> String {
    format!("office-{}", office.code)
}

pub fn municipality(province: &Province, county: usize) -> String {
    format!("municipality-{}-{county}", province.code)
}

pub fn provincial_treasury(province: &Province) -> String {
    format!("treasury-{}", province.code)
}
