//! What people call kinds of parties and components, roles, kinds of transactions, holders and sides, in both languages.
//! Never here: names that are data (parties, services, components), the words of a page or a paper.

use super::language::Language;
use super::statement::Coded;

pub fn party_kind(code: &str) -> Coded {
    let (fa, en) = known_party_kind(code).unwrap_or(("ذی‌نفع", "Party"));
    Coded::new(code, fa, en)
}

pub fn component_kind(code: &str) -> Coded {
    let (fa, en) = match code {
        "fee" => ("تعرفه", "Fee"),
        "wage" => ("کارمزد دفتر", "Wage"),
        "commission" => ("حق‌العمل", "Commission"),
        "incentive" => ("پاداش", "Incentive"),
        "levy" => ("عوارض", "Levy"),
        "duty" => ("حقوق دولتی", "Duty"),
        "stamp" => ("تمبر", "Stamp"),
        "tax" => ("مالیات", "Tax"),
        "withholding" => ("کسور", "Withheld"),
        "insurance" => ("بیمه", "Insurance"),
        "fund" => ("سهم صندوق", "Fund"),
        "fine" => ("جریمه", "Fine"),
        "rounding" => ("گرد کردن", "Rounding"),
        "principal" => ("اصل مبلغ", "Principal"),
        _ => ("سایر", "Other"),
    };
    Coded::new(code, fa, en)
}

/// A component's kind as it stands in a line of text: the code itself in English.
pub fn kind_in(language: Language, code: &str) -> String {
    match language {
        Language::En => code.to_owned(),
        Language::Fa => component_kind(code).names.fa,
    }
}

/// A role as it stands in a line of text; a role of a tariff's own stays as it is written, of a fixed party its code.
pub fn role_in(language: Language, code: &str) -> &str {
    match (language, code) {
        (Language::En, _) => code,
        (Language::Fa, "provincial_treasury") => "خزانهٔ استان",
        (Language::Fa, "holder") => "دارندهٔ وجه",
        (Language::Fa, _) => match code.strip_prefix("party:") {
            Some(party) => party,
            None => known_party_kind(code).map_or(code, |(fa, _)| fa),
        },
    }
}

/// `original`, `refund`, `reversal` or `correction`.
pub fn transaction_kind_in(language: Language, code: &str) -> &str {
    match (language, code) {
        (Language::Fa, "original") => "اصلی",
        (Language::Fa, "refund") => "استرداد",
        (Language::Fa, "reversal") => "ابطال",
        (Language::Fa, "correction") => "اصلاح",
        (Language::Fa | Language::En, _) => code,
    }
}

/// Who holds the money, or gave it back: `office`, `agency`, `central` or `split_at_source`.
pub fn holder_in(language: Language, code: &str) -> &str {
    match (language, code) {
        (Language::Fa, "split_at_source") => "تسهیم در پایانه",
        (Language::En, "split_at_source") => "split at source",
        (Language::Fa | Language::En, _) => role_in(language, code),
    }
}

/// `earned` or `collected`.
pub fn side_in(language: Language, code: &str) -> &str {
    match (language, code) {
        (Language::Fa, "earned") => "سهم از خدمات",
        (Language::Fa, "collected") => "وجه دریافت‌شده",
        (Language::Fa | Language::En, _) => code,
    }
}

fn known_party_kind(code: &str) -> Option<(&'static str, &'static str)> {
    Some(match code {
        "office" => ("دفتر", "Office"),
        "agency" => ("دستگاه", "Agency"),
        "authority" => ("مرجع صدور پروانه", "Authority"),
        "operator" => ("کارور", "Operator"),
        "treasury" => ("خزانه", "Treasury"),
        "municipality" => ("شهرداری", "Municipality"),
        "tax" => ("امور مالیاتی", "Tax office"),
        "insurer" => ("بیمه‌گر", "Insurer"),
        "central" => ("حساب تمرکز وجوه", "Central collector"),
        "union" => ("اتحادیه", "Union"),
        _ => return None,
    })
}
