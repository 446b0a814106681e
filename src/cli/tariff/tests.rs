//! What the command promises to scripts.
//! Never here: the language itself.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: TariffArgs,
}

fn run(words: &[&str]) -> Done<String> {
    let line = Line::try_parse_from([&["tariff"], words].concat()).unwrap();
    answer(&line.args)
}

fn fixture(name: &str) -> String {
    format!(
        "{}/tests/fixtures/tariffs/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

#[test]
fn a_quote_in_json_has_the_price_every_term_and_the_derivation() {
    let said = run(&["quote", &fixture("csc-micro-atm"), "--amount", "100000", "--json"]).unwrap();
    let quote = serde_json::from_str::<Value>(&said).unwrap();
    assert_eq!(
        (&quote["price"], &quote["total"], &quote["unit"]),
        (&json!(0), &json!(400), &json!("INR"))
    );
    assert_eq!(quote["sources"][0]["role"], "agency");
    let tds = &quote["legs"][1];
    assert_eq!(
        (&tds["component"], &tds["kind"], &tds["amount"]),
        (&json!("tds"), &json!("withholding"), &json!(12))
    );
    let lines = quote["derivation"].as_array().unwrap();
    let line = lines.iter().find(|line| line["name"] == "tds").unwrap();
    assert_eq!(line["steps"][0]["arithmetic"], "3.75% of operator_share 320 = 12");
}

#[test]
fn facts_are_read_as_they_are_declared() {
    let card = fixture("ir-civil-registry-card-1398");
    let said = run(&[
        "quote",
        &card,
        "--fact",
        "case=reissue",
        "--fact",
        "loss=4",
        "--json",
    ])
    .unwrap();
    let quote = serde_json::from_str::<Value>(&said).unwrap();
    assert_eq!(
        quote["legs"][0]["deposit_identifier"],
        "398011100140149001055000045724"
    );
    for wrong in ["loss=many", "colour=red", "case=unheard_of"] {
        assert!(run(&["quote", &card, "--fact", wrong]).is_err(), "{wrong}");
    }
    let twice = run(&[
        "quote",
        &card,
        "--fact",
        "case=reissue",
        "--fact",
        "loss=3",
        "--fact",
        "loss=4",
    ]);
    assert!(
        twice
            .unwrap_err()
            .to_string()
            .contains("`loss` is given as 3 and as 4")
    );
}

#[test]
fn a_moment_outside_the_validity_is_refused() {
    let tariff = fixture("mp-lok-seva-2023");
    assert!(run(&["quote", &tariff, "--at", "2023-09-20"]).is_ok());
    assert!(run(&["quote", &tariff, "--at", "2023-09-19T18:29:59Z"]).is_err());
    assert!(run(&["quote", &tariff, "--at", "yesterday"]).is_err());
}

#[test]
fn the_persian_derivation_has_persian_digits() {
    let said = run(&["quote", &fixture("ir-passport"), "--lang", "fa"]).unwrap();
    assert!(said.contains("۱٬۴۷۶٬۱۱۲"), "{said}");
    assert!(
        said.contains("[دفتر · کارمزد دفتر] سهم police10_office_and_post = ۴۲۸٬۶۱۲"),
        "{said}"
    );
    assert!(
        said.contains("[خزانهٔ استان · تعرفه]") && said.contains("جمع بها = "),
        "{said}"
    );
}

#[test]
fn check_names_every_fault_and_schema_is_an_object() {
    let Err(Failure::Invalid(faults)) = run(&["check", &fixture("refused/ap-electricity-2012")]) else {
        panic!("an overlap was accepted");
    };
    assert_eq!(faults.len(), 2);
    assert!(
        run(&["check", &fixture("ir-passport"), "--json"])
            .unwrap()
            .contains("\"ok\": true")
    );
    assert!(run(&["check", "/nowhere.json"]).is_err());
    assert!(
        serde_json::from_str::<Value>(&run(&["schema"]).unwrap())
            .unwrap()
            .is_object()
    );
}

#[test]
fn a_quote_says_what_the_citizen_hands_over_in_all() {
    let quoted = |name: &str, words: &[&str]| {
        run(&[&["quote", &fixture(name), "--principal", "1000000"], words].concat()).unwrap()
    };
    for (name, price, handed_over) in [
        ("own/bill-fee-borne-half", 5_000, 1_005_000),
        ("own/cash-paid-out", 0, 0),
    ] {
        let quote = serde_json::from_str::<Value>(&quoted(name, &["--json"])).unwrap();
        assert_eq!(
            (&quote["price"], &quote["handed_over"]),
            (&json!(price), &json!(handed_over)),
            "{name}"
        );
    }
    let english = quoted("own/bill-fee-borne-half", &[]);
    assert!(
        english.contains("handed over in all: 1,005,000 IRR\n"),
        "{english}"
    );
    assert!(quoted("own/bill-fee-borne-half", &["--lang", "fa"]).contains("روی هم: ۱٬۰۰۵٬۰۰۰ IRR"));
}

#[test]
fn a_quote_in_words_names_the_deposit_identifier_and_the_instrument() {
    let card = fixture("ir-civil-registry-card-1398");
    let said = run(&["quote", &card, "--fact", "case=reissue", "--fact", "loss=4"]).unwrap();
    assert!(said.contains(" #398011100140149001055000045724 ["), "{said}");
}

#[test]
fn an_amount_in_words_is_told_in_the_part_of_the_unit_that_it_counts() {
    let file = std::env::temp_dir().join(format!("daftar-unit-{}.json", std::process::id()));
    let quoted = |unit: Value, words: &[&str]| {
        let document = json!({
            "tariff": 1, "service": "s", "network": "n", "unit": unit, "instruments": {"order": {"title": "T"}},
            "price": 5000, "split": [{"party": "office", "take": "remainder"}]
        });
        std::fs::write(&file, document.to_string()).unwrap();
        run(&[&["quote", file.to_str().unwrap()], words].concat()).unwrap()
    };
    let rupees = json!({"code": "INR", "minor": "paisa", "scale": 2});
    for (unit, english, persian) in [
        (rupees.clone(), "price: 5,000 paisa\n", "بها: ۵٬۰۰۰ paisa\n"),
        (
            json!({"code": "INR", "scale": 2}),
            "price: 5,000 × 0.01 INR\n",
            "بها: ۵٬۰۰۰ × ۰٫۰۱ INR\n",
        ),
        (
            json!({"code": "IRR", "minor": "rial", "scale": 0}),
            "price: 5,000 IRR\n",
            "بها: ۵٬۰۰۰ IRR\n",
        ),
    ] {
        assert!(quoted(unit.clone(), &[]).starts_with(english), "{unit}");
        assert!(
            quoted(unit.clone(), &["--lang", "fa"]).starts_with(persian),
            "{unit}"
        );
    }
    let said = serde_json::from_str::<Value>(&quoted(rupees, &["--json"])).unwrap();
    assert_eq!(
        (&said["unit"], &said["minor"], &said["scale"]),
        (&json!("INR"), &json!("paisa"), &json!(2))
    );
    std::fs::remove_file(file).unwrap();
}

/// Of what is refused for one reason: the field, the rule, and the reason with what would be right.
fn refused(words: &[&str]) -> [String; 3] {
    let Err(Failure::Invalid(faults)) = run(words) else {
        panic!("{words:?} was answered");
    };
    let [fault] = &faults[..] else {
        panic!("{faults:?}")
    };
    [fault.field.clone(), fault.rule.clone(), fault.explanation.clone()]
}

/// Fixture, options, field and rule, and what is told in English and in Persian.
type Refused = (
    &'static str,
    &'static [&'static str],
    [&'static str; 2],
    [&'static str; 2],
);

const REFUSED: [Refused; 10] = [
    (
        "ir-rural-post",
        &["--leg", "acceptance"],
        ["amount", "what_is_needed_is_stated"],
        ["a whole number of the unit's smallest part", "عددی صحیح"],
    ),
    (
        "ir-rural-post",
        &["--amount", "5", "--leg", "nowhere"],
        ["leg", "the_leg_is_declared"],
        ["known: acceptance, distribution", "یکی از: acceptance"],
    ),
    (
        "csc-micro-atm",
        &["--amount", "99"],
        ["amount", "within_the_declared_range"],
        [
            "outside 100 to 1000000",
            "مبلغ ۹۹ بیرون از بازهٔ ۱۰۰ تا ۱٬۰۰۰٬۰۰۰ است",
        ],
    ),
    (
        "tn-electricity-2016",
        &["--principal", "10001"],
        ["principal", "within_the_declared_range"],
        ["the principal 10001 is outside", "اصل مبلغ ۱۰٬۰۰۱ بیرون از بازهٔ"],
    ),
    (
        "ir-passport",
        &["--principal", "5"],
        ["principal", "a_principal_is_declared"],
        ["no principal", "درست: بدون اصل مبلغ"],
    ),
    (
        "ir-passport",
        &["--quantity", "2"],
        ["quantity", "a_quantity_is_named_by_a_rule"],
        ["right would be: 1, or none", "درست: ۱"],
    ),
    (
        "ir-passport",
        &["--amount", "5"],
        ["amount", "the_amount_is_the_price"],
        ["right would be: 1,476,112", "درست: ۱٬۴۷۶٬۱۱۲"],
    ),
    (
        "ir-civil-registry-card-1398",
        &[],
        ["facts.case", "what_is_needed_is_stated"],
        ["the fact with its value", "درست: مقدار آن"],
    ),
    (
        "ir-civil-registry-card-1398",
        &["--fact", "loss=0"],
        ["facts.loss", "a_fact_is_as_declared"],
        [
            "must be a whole number from 1",
            "«loss» نمی‌تواند ۰ باشد؛ باید عددی صحیح از ۱ به بالا باشد",
        ],
    ),
    (
        "ir-civil-registry-card-1398",
        &["--fact", "colour=red"],
        ["facts.colour", "a_fact_is_declared"],
        ["known: case, loss", "یکی از: case, loss"],
    ),
];

#[test]
fn a_refusal_names_the_field_its_own_rule_and_what_would_be_right_in_both_languages() {
    for (tariff, options, [field, rule], [english, persian]) in REFUSED {
        let fixture = fixture(tariff);
        let words = [&["quote", fixture.as_str()][..], options].concat();
        for (language, expected) in [("en", english), ("fa", persian)] {
            let told = refused(&[&words[..], &["--lang", language]].concat());
            assert_eq!([told[0].as_str(), told[1].as_str()], [field, rule], "{words:?}");
            assert!(told[2].contains(expected), "{words:?}: {}", told[2]);
        }
    }
}

#[test]
fn what_is_refused_in_persian_has_persian_digits_and_the_calendar_of_people() {
    let lok_seva = fixture("mp-lok-seva-2023");
    let card = fixture("ir-civil-registry-card-1398");
    let in_persian = |words: &[&str]| {
        let [field, _, told] = refused(&[words, &["--lang", "fa"]].concat());
        assert!(!told.contains(|c: char| c.is_ascii_digit()), "{told}");
        (field, told)
    };
    let (field, told) = in_persian(&["quote", &lok_seva, "--at", "1402-06-28"]);
    assert_eq!(field, "at");
    assert!(
        told.starts_with("۲۸ شهریور ۱۴۰۲ ساعت ۰۰:۰۰:۰۰ بیرون از اعتبار"),
        "{told}"
    );
    let (_, told) = in_persian(&["quote", &lok_seva, "--at", "yesterday"]);
    assert!(told.starts_with("«yesterday» زمان نیست"), "{told}");
    let (field, told) = in_persian(&["quote", &card, "--fact", "loss=3", "--fact", "loss=4"]);
    assert_eq!(field, "facts.loss");
    assert!(told.starts_with("«loss» یک بار ۳ و یک بار ۴"), "{told}");
    let (_, told) = in_persian(&["quote", &card, "--fact", "loss=-12"]);
    assert!(told.contains("نمی‌تواند -۱۲ باشد"), "{told}");
}

#[test]
fn numbers_are_read_in_the_digits_of_people() {
    let quoted = |name: &str, words: &[&str]| {
        let fixture = fixture(name);
        run(&[&["quote", fixture.as_str()][..], words].concat()).unwrap()
    };
    let card = "ir-civil-registry-card-1398";
    for (name, typed, latin) in [
        (
            "csc-micro-atm",
            &["--amount", "۱۰۰۰۰۰"][..],
            &["--amount", "100000"][..],
        ),
        (
            "tn-electricity-2016",
            &["--principal", "٣٠٠١"],
            &["--principal", "3001"],
        ),
        ("own/free-first-copy", &["--quantity", "۳"], &["--quantity", "3"]),
        (
            card,
            &["--fact", "case=reissue", "--fact", "loss=۳"],
            &["--fact", "case=reissue", "--fact", "loss=3"],
        ),
    ] {
        let rural: &[&str] = if name.starts_with("own") {
            &["--fact", "rural=true"]
        } else {
            &[]
        };
        let [typed, latin] = [typed, latin].map(|words| quoted(name, &[words, rural].concat()));
        assert_eq!(typed, latin, "{name}");
    }
}
