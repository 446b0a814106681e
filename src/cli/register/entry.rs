//! A register document's entries as the use cases take them. Never here: whether they may be entered.

use chrono::Weekday;
use chrono_tz::Tz;

use super::document::{
    Written, WrittenAccountChange, WrittenCalendar, WrittenCycle, WrittenDayOff, WrittenHoliday,
    WrittenInstrument, WrittenLicence, WrittenNetwork, WrittenOffice, WrittenParty, WrittenService,
    WrittenTariff, WrittenUnit,
};
use crate::domain::json;
use crate::domain::money::{Amount, UnitCode};
use crate::domain::originator::OriginatorKind;
use crate::domain::period::PeriodKind;
use crate::domain::statement::{Names, SpokenUnit};
use crate::domain::working_days::{DayOff, HolidayState};
use crate::domain::zone::start_of_day;
use crate::usecases::register::bank_account::{BankAccountChange, BankAccountEntry};
use crate::usecases::register::calendar::{CalendarEntry, Holiday, day_off};
use crate::usecases::register::document::RegisterDocument;
use crate::usecases::register::instrument::InstrumentEntry;
use crate::usecases::register::licence::{LicenceEntry, OfficeRoles};
use crate::usecases::register::network::NetworkEntry;
use crate::usecases::register::office::OfficeEntry;
use crate::usecases::register::originator::OriginatorEntry;
use crate::usecases::register::party::PartyEntry;
use crate::usecases::register::service::{AgencyEntry, ServiceEntry};
use crate::usecases::register::unit::UnitEntry;
use crate::usecases::tariff::TariffDraft;
use crate::usecases::{Done, Failure};

/// The entries of a document; a fault is told with its place in it.
pub(super) fn read(text: &str) -> Done<RegisterDocument> {
    let written: Written = json::object(text.as_bytes())
        .map_err(|misread| Failure::invalid(misread.field, misread.rule, misread.explanation))?;
    if written.register != 1 {
        return Err(Failure::invalid(
            "register",
            "a_known_version_of_the_shape",
            "1 is known",
        ));
    }
    written.entries()
}

impl Written {
    fn entries(self) -> Done<RegisterDocument> {
        let accounts = self.parties.iter().flat_map(WrittenParty::accounts).collect();
        let people = self
            .people
            .into_iter()
            .map(|named| originator(OriginatorKind::Person, named));
        let clients = self
            .clients
            .into_iter()
            .map(|named| originator(OriginatorKind::Client, named));
        Ok(RegisterDocument {
            units: self
                .units
                .into_iter()
                .map(WrittenUnit::entry)
                .collect::<Done<_>>()?,
            instruments: self
                .instruments
                .into_iter()
                .map(WrittenInstrument::entry)
                .collect(),
            accounts,
            account_changes: self
                .accounts
                .into_iter()
                .map(WrittenAccountChange::change)
                .collect(),
            parties: self.parties.into_iter().map(WrittenParty::entry).collect(),
            originators: people.chain(clients).collect(),
            networks: self
                .networks
                .into_iter()
                .map(WrittenNetwork::entry)
                .collect::<Done<_>>()?,
            calendars: self
                .calendars
                .into_iter()
                .map(WrittenCalendar::entry)
                .collect::<Done<_>>()?,
            agencies: self
                .agencies
                .into_iter()
                .map(|(code, party)| AgencyEntry { code, party })
                .collect(),
            services: self.services.into_iter().map(WrittenService::entry).collect(),
            offices: self.offices.into_iter().map(WrittenOffice::entry).collect(),
            licences: self.licences.into_iter().map(WrittenLicence::entry).collect(),
            tariffs: self.tariffs.into_iter().map(WrittenTariff::entry).collect(),
        })
    }
}

fn originator(kind: OriginatorKind, (code, name): (String, String)) -> OriginatorEntry {
    OriginatorEntry {
        kind,
        code,
        name,
        party: None,
    }
}

impl WrittenUnit {
    fn entry(self) -> Done<UnitEntry> {
        let code = UnitCode::parse(&self.code).map_err(|fault| {
            let place = format!("units.{}.code", self.code);
            Failure::invalid(place, "unit_code_is_upper_case", fault.to_string())
        })?;
        Ok(UnitEntry {
            code,
            iso_code: self.iso_code,
            name_fa: self.name_fa,
            name_en: self.name_en,
            scale: self.scale,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            spoken: self.spoken.map(|spoken| SpokenUnit {
                names: Names::new(&spoken.name_fa, &spoken.name_en),
                digits_dropped: spoken.digits_dropped,
            }),
        })
    }
}

impl WrittenInstrument {
    fn entry(self) -> InstrumentEntry {
        InstrumentEntry {
            code: self.code,
            title: self.title,
            number: self.number,
            issued_on: self.issued_on,
            clause: self.clause,
        }
    }
}

impl WrittenParty {
    fn accounts(&self) -> impl Iterator<Item = BankAccountEntry> {
        self.accounts.iter().map(|account| BankAccountEntry {
            party: self.code.clone(),
            deposit_identifier: account.deposit_identifier.clone(),
            iban: account.iban.clone(),
            valid_from: account.valid_from,
        })
    }

    fn entry(self) -> PartyEntry {
        PartyEntry {
            code: self.code,
            kind: self.kind,
            name_fa: self.name_fa,
            name_en: self.name_en,
            language: self.language,
            email: self.email,
        }
    }
}

impl WrittenAccountChange {
    fn change(self) -> BankAccountChange {
        let entry = BankAccountEntry {
            party: self.party,
            deposit_identifier: self.deposit_identifier,
            iban: self.iban,
            valid_from: self.valid_from,
        };
        match self.valid_until {
            None => BankAccountChange::Begin(entry),
            Some(until) => BankAccountChange::End(entry, until),
        }
    }
}

impl WrittenNetwork {
    fn entry(self) -> Done<NetworkEntry> {
        let refused = |field: &str, told: String| {
            Failure::invalid(
                format!("networks.{}.{field}", self.code),
                "a_network_has_its_calendar",
                told,
            )
        };
        let time_zone: Tz = self
            .time_zone
            .parse()
            .map_err(|_| refused("time_zone", format!("`{}` is no time zone", self.time_zone)))?;
        let cycle = self
            .cycle
            .kind(self.week_starts_on)
            .ok_or_else(|| refused("week_starts_on", "1 for Monday to 7 for Sunday".to_owned()))?;
        Ok(NetworkEntry {
            cycle,
            time_zone,
            first_window_starts_at: start_of_day(time_zone, self.first_day),
            code: self.code,
            name_fa: self.name_fa,
            name_en: self.name_en,
            unit: self.unit,
            central: self.central,
            players: self.players.into_iter().collect(),
            payout_threshold: Amount::from_minor(self.payout_threshold),
            carried_cycles_max: self.carried_cycles_max,
            remittance_due_days: self.remittance_due_days,
            lateness_max_days: self.lateness_max_days,
            after_suspension: self.after_suspension,
            payout_priority: self.payout_priority,
            contact: self.contact,
            verification_url: self.verification_url,
        })
    }
}

impl WrittenCycle {
    fn kind(self, week_starts_on: u8) -> Option<PeriodKind> {
        Some(match self {
            Self::Daily => PeriodKind::Day,
            Self::Weekly => PeriodKind::Week {
                first_day: weekday(week_starts_on)?,
            },
            Self::JalaliMonth => PeriodKind::JalaliMonth,
            Self::GregorianMonth => PeriodKind::GregorianMonth,
        })
    }
}

impl WrittenCalendar {
    fn entry(self) -> Done<CalendarEntry> {
        let place = format!("calendars.{}", self.code);
        let days_off = self.days_off.iter().map(WrittenDayOff::day_off);
        let days_off = days_off.collect::<Done<_>>();
        Ok(CalendarEntry {
            days_off: days_off.map_err(|failure| failure.within(&place))?,
            holidays: self.holidays.into_iter().map(WrittenHoliday::holiday).collect(),
            code: self.code,
            networks: self.networks,
        })
    }
}

impl WrittenDayOff {
    fn day_off(&self) -> Done<DayOff> {
        let weekday = weekday(self.weekday).ok_or_else(|| {
            let told = "1 for Monday to 7 for Sunday";
            Failure::invalid("days_off.weekday", "a_weekday_has_its_number", told)
        })?;
        day_off(weekday, self.valid_from, self.valid_until)
    }
}

impl WrittenHoliday {
    fn holiday(self) -> Holiday {
        Holiday {
            day: self.day,
            name_fa: self.name_fa,
            name_en: self.name_en,
            state: if self.withdrawn {
                HolidayState::Withdrawn
            } else {
                HolidayState::Stands
            },
        }
    }
}

fn weekday(number: u8) -> Option<Weekday> {
    Weekday::try_from(number.checked_sub(1)?).ok()
}

impl WrittenService {
    fn entry(self) -> ServiceEntry {
        ServiceEntry {
            code: self.code,
            agency: self.agency,
            name_fa: self.name_fa,
            name_en: self.name_en,
            after_suspension: self.after_suspension,
        }
    }
}

impl WrittenOffice {
    fn entry(self) -> OfficeEntry {
        OfficeEntry {
            code: self.code,
            name_fa: self.name_fa,
            name_en: self.name_en,
            province: self.province,
            county: self.county,
            district: self.district,
            setting: self.setting,
        }
    }
}

impl WrittenLicence {
    fn entry(self) -> LicenceEntry {
        LicenceEntry {
            office: self.office,
            network: self.network,
            class: self.class,
            valid_from: self.valid_from,
            valid_until: self.valid_until,
            roles: OfficeRoles {
                licensee: self.licensee,
                municipality: self.municipality,
                provincial_treasury: self.provincial_treasury,
            },
            deciding_body: self.deciding_body,
            decision: self.decision,
        }
    }
}

impl WrittenTariff {
    fn entry(self) -> TariffDraft {
        TariffDraft {
            network: self.network,
            service: self.service,
            document: self.document.to_string(),
            valid_from: self.valid_from,
            valid_until: self.valid_until,
        }
    }
}
