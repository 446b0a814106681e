//! Iran's 31 provinces and the 600 offices that the demo spreads over them by population.

use crate::domain::dice::Dice;
use crate::domain::digits::in_digits_of;
use crate::domain::language::Language;

/// Offices of the demo's three networks together.
pub const OFFICES: usize = 600;
const PROVINCES: &str = include_str!("provinces.csv");

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Province {
    pub code: String,
    pub name_fa: String,
    pub name_en: String,
    /// Share of the offices, relative to the other provinces.
    pub weight: usize,
    pub counties: Vec<County>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct County {
    pub name_fa: String,
    pub name_en: String,
}

/// An office to be, with its network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOffice {
    pub code: String,
    pub network: &'static str,
    pub name_fa: String,
    pub name_en: String,
    pub owner_fa: String,
    pub owner_en: String,
    pub province: Province,
    pub county: County,
    pub is_rural: bool,
}

pub fn provinces() -> Vec<Province> {
    PROVINCES.lines().skip(1).filter_map(province).collect()
}

fn province(line: &str) -> Option<Province> {
    let mut cells = line.split(',');
    Some(Province {
        code: cells.next()?.to_owned(),
        name_fa: cells.next()?.to_owned(),
        name_en: cells.next()?.to_owned(),
        weight: cells.next()?.parse().ok()?,
        counties: cells.next()?.split('|').filter_map(county).collect(),
    })
}

fn county(cell: &str) -> Option<County> {
    let (name_fa, name_en) = cell.split_once(':')?;
    Some(County {
        name_fa: name_fa.to_owned(),
        name_en: name_en.to_owned(),
    })
}

/// Every province has at least one office of each network; rural offices belong to `rural-ict`.
pub fn offices(seed: u64) -> Vec<PlannedOffice> {
    let provinces = provinces();
    let mut dice = Dice::new(seed);
    (0..OFFICES)
        .filter_map(|n| office(n, &provinces, &mut dice))
        .collect()
}

fn office(n: usize, provinces: &[Province], dice: &mut Dice) -> Option<PlannedOffice> {
    let network = ["pishkhan", "rural-ict", "police10"][n % 3];
    let province = match n / 3 {
        of_each if of_each < provinces.len() => provinces.get(of_each)?,
        _ => by_weight(provinces, dice)?,
    };
    let county = dice.pick(&province.counties)?.clone();
    let (owner_fa, owner_en) = owner(dice);
    let number = 7_000 + n;
    let (kind_fa, kind_en) = match network {
        "pishkhan" => ("دفتر پیشخوان", "Pishkhan office"),
        "police10" => ("دفتر پلیس +۱۰", "Police+10 office"),
        _ => ("دفتر آی‌سی‌تی روستایی", "Rural ICT office"),
    };
    Some(PlannedOffice {
        code: format!("{}-{number}", province.code),
        network,
        name_fa: format!(
            "{kind_fa} {} {}",
            county.name_fa,
            in_digits_of(Language::Fa, &number.to_string())
        ),
        name_en: format!("{kind_en} {} {number}", county.name_en),
        owner_fa,
        owner_en,
        province: province.clone(),
        county,
        is_rural: network == "rural-ict",
    })
}

fn by_weight<'a>(provinces: &'a [Province], dice: &mut Dice) -> Option<&'a Province> {
    let mut left = dice.below(provinces.iter().map(|province| province.weight).sum());
    provinces
        .iter()
        .find(|province| match left.checked_sub(province.weight) {
            Some(rest) => {
                left = rest;
                false
            }
            None => true,
        })
}

fn owner(dice: &mut Dice) -> (String, String) {
    const FIRST: [(&str, &str); 12] = [
        ("زهرا", "Zahra"),
        ("مریم", "Maryam"),
        ("فاطمه", "Fatemeh"),
        ("لیلا", "Leyla"),
        ("نرگس", "Narges"),
        ("سمیه", "Somayeh"),
        ("علی", "Ali"),
        ("حسین", "Hossein"),
        ("رضا", "Reza"),
        ("مهدی", "Mehdi"),
        ("امیر", "Amir"),
        ("کاوه", "Kaveh"),
    ];
    const LAST: [(&str, &str); 12] = [
        ("احمدی", "Ahmadi"),
        ("رضایی", "Rezaei"),
        ("کریمی", "Karimi"),
        ("موسوی", "Mousavi"),
        ("حیدری", "Heydari"),
        ("مرادی", "Moradi"),
        ("صادقی", "Sadeghi"),
        ("قاسمی", "Ghasemi"),
        ("یزدانی", "Yazdani"),
        ("نوری", "Nouri"),
        ("بهرامی", "Bahrami"),
        ("شریفی", "Sharifi"),
    ];
    let (first, last) = (FIRST[dice.below(FIRST.len())], LAST[dice.below(LAST.len())]);
    (
        format!("{} {}", first.0, last.0),
        format!("{} {}", first.1, last.1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_province_has_an_office_of_each_network() {
        let offices = offices(1);
        assert_eq!(offices.len(), OFFICES);
        assert_eq!(provinces().len(), 31);
        for province in provinces() {
            for network in ["pishkhan", "rural-ict", "police10"] {
                let here = |office: &PlannedOffice| office.network == network && office.province == province;
                assert!(
                    offices.iter().any(here),
                    "no {network} office in {}",
                    province.name_en
                );
            }
        }
    }

    #[test]
    fn office_codes_are_unique() {
        let mut codes: Vec<String> = offices(1).into_iter().map(|office| office.code).collect();
        codes.sort();
        codes.dedup();
        assert_eq!(codes.len(), OFFICES);
    }
}
