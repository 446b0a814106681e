//! How each step of an answer is told.

use super::*;
use crate::domain::language::Language;

fn told(document: &Value, question: &Question, line: &str, language: Language) -> String {
    let (_, derivation) = parse(document).explain(question).unwrap();
    let line = derivation.lines.iter().find(|told| told.name == line).unwrap();
    line.text_in(language)
}

fn in_both(document: &Value, question: &Question, line: &str) -> [String; 2] {
    [Language::En, Language::Fa].map(|language| told(document, question, line, language))
}

fn contains(texts: &[String; 2], english: &str, persian: &str) {
    assert!(texts[0].contains(english), "{texts:?}");
    assert!(texts[1].contains(persian), "{texts:?}");
}

#[test]
fn what_lies_below_zero_is_told_before_it_counts_as_zero() {
    let price = json!({"less": {"from": "amount", "take_off": [50_000], "or_zero": true}});
    let of = |amount| in_both(&document(&price, &office_takes_all()), &of_amount(amount), "fee");
    contains(
        &of(20_000),
        "− 50,000 = -30,000, not below 0: 0",
        "− ۵۰٬۰۰۰ = -۳۰٬۰۰۰، نه کمتر از ۰: ۰",
    );
    contains(&of(50_001), "amount 50,001 − 50,000 = 1", "= ۱");
}

#[test]
fn a_name_that_a_part_of_the_price_has_too_is_told_by_the_title_of_its_own_kind() {
    let titled = |title: &str| json!({"fa": format!("{title}-fa"), "en": title});
    let parts = json!([
        {"name": "wage", "amount": 60_000, "title": titled("Wage part")}, {"name": "sheets", "amount": 40_000}
    ]);
    let split = json!([
        {"name": "wage", "party": "office", "take": {"percent": {"rate": "80%", "of": "price"}}, "title": titled("Office fee")},
        {"party": "agency", "take": "remainder"}
    ]);
    let told = in_both(&document(&parts, &split), &Question::default(), "agency");
    contains(&told, "Office fee 80,000", "Office fee-fa");
}

#[test]
fn a_part_of_a_difference_by_rounding_is_told_beside_the_whole() {
    let sources = json!([{"name": "a", "party": "holder", "take": 45}, {"name": "b", "party": "holder", "take": "remainder"}]);
    let round = json!({"mode": "floor", "step": 100, "taker": "office"});
    let rounded = with(document(&json!(91), &office_takes_all()), "round_price", round);
    let rounded = with(rounded, "sources", sources);
    let told = |line: &str| in_both(&rounded, &Question::default(), line);
    contains(
        &told("b"),
        "46 + (-46) = 0; in all 0 − 91",
        "۴۶ + (-۴۶) = ۰؛ همهٔ تفاوت: ۰ − ۹۱",
    );
    contains(&told("a"), "45 + (-45) = 0; in all 0 − 91", "۴۵ + (-۴۵) = ۰");
    contains(&told("office"), "91 + (0 − 91) = 0", "۹۱ + (۰ − ۹۱) = ۰");
}

#[test]
fn the_leg_the_case_and_the_deposit_identifier_that_were_chosen_are_told() {
    let facts = json!({"rural": {"kind": "bool"}});
    let choose = |then: Value, otherwise: Value| json!({"choose": {"cases": [{"when": {"rural": true}, "then": then}], "otherwise": otherwise}});
    let identifier = choose(json!("D1"), json!("D0"));
    let share =
        json!([{"name": "wage", "party": "office", "take": "remainder", "deposit_identifier": identifier}]);
    let split = json!({"by_leg": {"acceptance": choose(share.clone(), share.clone()), "delivery": share}});
    let mut document = with(document(&json!(100), &split), "facts", facts);
    let citizen = json!([{"name": "citizen", "party": "holder", "take": "remainder"}]);
    document["sources"] = choose(
        json!([{"name": "state", "party": "agency", "take": "remainder"}]),
        citizen,
    );
    let ask = |rural: bool, line: &str| {
        let question = Question {
            leg: Some("acceptance".to_owned()),
            facts: [("rural".to_owned(), FactValue::Bool(rural))].into(),
            ..Question::default()
        };
        in_both(&document, &question, line)
    };
    let wage = ask(true, "wage");
    contains(
        &wage,
        "on the activity leg acceptance; split: case 1 holds: rural = true; ",
        "در مرحلهٔ acceptance؛ تسهیم: حالت ۱ برقرار است: rural = بله؛ ",
    );
    contains(
        &wage,
        "; deposit identifier: case 1 holds: rural = true",
        "شناسهٔ واریز: حالت ۱ برقرار است",
    );
    contains(
        &ask(true, "state"),
        "sources: case 1 holds",
        "منابع: حالت ۱ برقرار است",
    );
    contains(
        &ask(false, "citizen"),
        "sources: no case holds",
        "منابع: هیچ حالتی برقرار نیست",
    );
    assert!(!ask(true, "fee")[0].contains("split"));
}

#[test]
fn fractions_are_in_lowest_terms_and_steps_in_groups() {
    let third = json!([{"name": "a", "party": "office", "weight": 10}, {"name": "b", "party": "agency", "weight": 20}]);
    contains(
        &in_both(&document(&json!(1_300_000), &third), &Question::default(), "a"),
        "433,333 1/3",
        "۴۳۳٬۳۳۳ و ۱/۳",
    );
    let steps = json!({"steps": {"of": {"percent": {"rate": "50%", "of": "amount"}}, "size": 100_000, "charge": 7, "begun": "charged"}});
    let of = |amount| in_both(&document(&steps, &office_takes_all()), &of_amount(amount), "fee");
    contains(
        &of(200_000),
        "; 100,000 in steps of 100,000, a begun step charged whole: 1 step × 7 = 7",
        "؛ ۱۰۰٬۰۰۰ در گام‌های ۱۰۰٬۰۰۰تایی",
    );
    contains(&of(200_002), "2 steps × 7 = 14", "۲ گام");
    let rounded = json!({"round": {"value": "amount", "mode": "floor", "step": 1000}});
    contains(
        &in_both(&document(&rounded, &office_takes_all()), &of_amount(1001), "fee"),
        "a multiple of 1,000",
        "مضربی از ۱٬۰۰۰",
    );
    let band = json!({"bands": {"of": {"sum": ["amount", 1]}, "rows": [{"from": 0, "value": 5}]}});
    contains(
        &in_both(&document(&band, &office_takes_all()), &of_amount(9), "fee"),
        "; 10 is in the band from 0",
        "؛ ۱۰ در پلهٔ از ۰ است",
    );
}

#[test]
fn nothing_is_told_by_the_title_of_another_thing_of_its_name() {
    let titled =
        |name: &str, title: &str| json!({"name": name, "title": {"fa": format!("{title}-fa"), "en": title}});
    let mut split = [
        titled("code", "Code fee"),
        titled("fee", "Counter wage"),
        titled("pages", "Page wage"),
    ];
    for (component, party) in split.iter_mut().zip(["treasury", "operator", "office"]) {
        component["party"] = json!(party);
    }
    for (component, take) in split.iter_mut().zip([json!(10), json!(20), json!("remainder")]) {
        component["take"] = take;
    }
    let per_page = json!({"times": {"count": "pages", "value": 500}});
    let counted = json!({"pages": {"kind": "integer", "at_least": 1}});
    let document = with(document(&per_page, &json!(split)), "facts", counted);
    let question = Question {
        facts: [("pages".to_owned(), FactValue::Integer(3))].into(),
        ..Question::default()
    };
    let told = |line: &str| in_both(&document, &question, line);
    contains(
        &told("fee"),
        "part fee = 1,500: pages 3 × 500 = 1,500",
        "جزء بها تعرفه = ۱٬۵۰۰: pages ۳ × ۵۰۰ = ۱٬۵۰۰",
    );
    contains(
        &told("price"),
        "total price = 1,500: fee 1,500 = 1,500",
        "جمع بها = ۱٬۵۰۰: تعرفه ۱٬۵۰۰ = ۱٬۵۰۰",
    );
    contains(
        &told("pages"),
        "leg Page wage = 1,470: price 1,500 − Code fee 10 − Counter wage 20",
        "سهم Page wage-fa = ۱٬۴۷۰: بها ۱٬۵۰۰ − Code fee-fa ۱۰",
    );
}

#[test]
fn only_what_has_no_name_but_its_role_is_told_by_the_word_for_the_role() {
    let parts = json!([{"name": "tax", "amount": 90}, {"name": "sheets", "amount": 910}]);
    let split = json!([
        {"name": "tax", "party": "treasury", "take": "tax"}, {"party": "office", "take": {"percent": {"rate": "50%", "of": "price"}}},
        {"party": "agency", "take": "remainder"}
    ]);
    let document = document(&parts, &split);
    let told = |line: &str| in_both(&document, &Question::default(), line);
    contains(&told("price"), "tax 90 + sheets 910", "tax ۹۰ + sheets ۹۱۰");
    contains(&told("office"), "leg office = 500", "سهم دفتر = ۵۰۰");
    contains(
        &told("agency"),
        "leg agency = 410: price 1,000 − tax 90 − office 500",
        "سهم دستگاه = ۴۱۰: بها ۱٬۰۰۰ − tax ۹۰ − دفتر ۵۰۰",
    );
}

#[test]
fn amounts_in_a_case_are_told_in_groups() {
    let sized =
        json!({"choose": {"cases": [{"when": {"amount": {"above": 5000}}, "then": 2}], "otherwise": 1}});
    contains(
        &in_both(
            &document(&sized, &office_takes_all()),
            &of_amount(1_234_567),
            "fee",
        ),
        "case 1 holds: amount = 1,234,567",
        "حالت ۱ برقرار است: مبلغ = ۱٬۲۳۴٬۵۶۷",
    );
}

#[test]
fn a_number_that_is_no_amount_is_told_as_it_is_written() {
    let by_year = json!({"choose": {"cases": [{"when": {"year": {"at_least": 1403}, "quantity": {"above": 1000}}, "then": 2}], "otherwise": 1}});
    let year = json!({"year": {"kind": "integer", "at_least": 1350, "at_most": 1500}});
    let document = with(document(&by_year, &office_takes_all()), "facts", year);
    let of = |year: i64| Question {
        quantity: 1200,
        facts: [("year".to_owned(), FactValue::Integer(year))].into(),
        ..Question::default()
    };
    let told = in_both(&document, &of(1403), "fee");
    contains(&told, "year = 1403", "year = ۱۴۰۳");
    contains(&told, "quantity = 1200", "تعداد = ۱۲۰۰");
    let refusal = parse(&document).quote(&of(1349)).unwrap_err();
    let texts = [Language::En, Language::Fa].map(|language| refusal.text(language));
    contains(
        &texts,
        "a whole number from 1350 to 1500",
        "«year» نمی‌تواند ۱۳۴۹ باشد؛ باید عددی صحیح از ۱۳۵۰ تا ۱۵۰۰ باشد",
    );
}
