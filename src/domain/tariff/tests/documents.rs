//! Which documents are tariffs, and with what reason another is refused.

use super::*;
use crate::domain::money::AMOUNT_MAX;

#[test]
fn names_given_twice_in_json_are_refused() {
    let text = document(&json!(1), &office_takes_all()).to_string();
    let twice = text.replace(r#"{"order":"#, r#"{"order":{"title":"x"},"order":"#);
    assert_ne!(text, twice);
    assert_eq!(Tariff::parse(&twice).unwrap_err()[0].rule, "once");
}

#[test]
fn cases_that_cover_everything_need_no_otherwise() {
    let facts = json!({"n": {"kind": "integer", "at_least": 1}});
    let choose = |cases: Value| {
        with(
            document(&json!({"choose": {"cases": cases}}), &office_takes_all()),
            "facts",
            facts.clone(),
        )
    };
    let whole = json!([{"when": {"n": 1}, "then": 5}, {"when": {"n": 2}, "then": 6}, {"when": {"n": {"at_least": 3}}, "then": 7}]);
    parse(&choose(whole));
    let open = json!([{"when": {"n": 1}, "then": 5}, {"when": {"n": {"at_least": 3}}, "then": 7}]);
    assert_eq!(rules_broken(&choose(open)), ["no_otherwise"]);
    let shadowed = json!([{"when": {"n": {"at_most": 5}}, "then": 5}, {"when": {"n": {"at_least": 6}}, "then": 6}, {"when": {"n": {"one_of": [2, 9]}}, "then": 7}]);
    assert_eq!(rules_broken(&choose(shadowed)), ["unreachable_case"]);
}

#[test]
fn a_document_states_no_amount_above_the_limit() {
    let above = AMOUNT_MAX.minor() + 1;
    assert_eq!(
        rules_broken(&document(&json!(above), &office_takes_all())),
        ["amount_above_limit"]
    );
    let ranged = |most: i64| {
        with(
            document(&json!("amount"), &office_takes_all()),
            "amount",
            json!({ "at_most": most }),
        )
    };
    parse(&ranged(above - 1));
    assert_eq!(rules_broken(&ranged(above)), ["amount_above_limit"]);
}

#[test]
fn a_misspelt_role_is_refused_with_those_that_there_are() {
    let misspelt = document(&json!(100), &json!([{"party": "offce", "take": "remainder"}]));
    let faults = Tariff::parse(&misspelt.to_string()).map(|_| ()).unwrap_err();
    assert_eq!(faults[0].path, "$.split[0].party");
    assert!(
        faults[0]
            .reason
            .contains("`offce` is no role: office, municipality"),
        "{}",
        faults[0]
    );
}

#[test]
fn a_deposit_identifier_is_as_long_as_a_bank_takes_it() {
    let of = |identifier: String| {
        document(
            &json!(100),
            &json!([{"party": "treasury", "take": "remainder", "deposit_identifier": identifier}]),
        )
    };
    parse(&of("1".repeat(64)));
    for (refused, rule) in [
        ("1".repeat(65), "deposit_identifier_is_short"),
        ("1\u{7}".to_owned(), "text_is_printable"),
    ] {
        assert_eq!(rules_broken(&of(refused)), [rule]);
    }
}

#[test]
fn a_date_of_the_validity_is_of_either_calendar() {
    let from = |day: &str| {
        let valid = json!({"from": day, "zone": "Asia/Tehran"});
        parse(&with(document(&json!(100), &office_takes_all()), "valid", valid))
            .validity()
            .unwrap()
            .from
    };
    assert_eq!(from("1404-01-01"), from("2025-03-21"));
}

#[test]
fn an_undeclared_fact_is_told_without_an_empty_list() {
    let choose = json!({"choose": {"cases": [{"when": {"loss": 1}, "then": 1}], "otherwise": 2}});
    let faults = Tariff::parse(&document(&choose, &office_takes_all()).to_string())
        .map(|_| ())
        .unwrap_err();
    assert!(
        faults[0]
            .remedy
            .ends_with("test one of: amount, principal, quantity, leg"),
        "{}",
        faults[0]
    );
    let refused = parse(&document(&json!(100), &office_takes_all()))
        .read_fact("loss", "1")
        .unwrap_err();
    assert!(refused.to_string().ends_with("known: —"), "{refused}");
}

/// Of a price of two parts, or of one amount that is called `fee`.
fn levied_on(base: &str, price: &Value, take: &Value) -> Value {
    let split = json!([
        {"name": base, "party": "office", "take": take},
        {"name": "levy", "party": "tax", "take": {"percent": {"rate": "10%", "of": base}}},
        {"party": "agency", "take": "remainder"}
    ]);
    let facts = json!({"copies": {"kind": "integer", "at_least": 1, "at_most": 9}});
    let mut document = with(document(price, &split), "facts", facts);
    document["bases"] = json!([{"name": "net", "amount": {"times": {"count": "copies", "value": 5}}}]);
    document
}

#[test]
fn a_base_that_means_two_things_is_refused_with_both() {
    let half = json!({"percent": {"rate": "50%", "of": "price"}});
    let parts =
        json!([{"name": "wage", "amount": 60_000}, {"name": "sheets", "amount": {"sum": [40_000, "net"]}}]);
    let one = json!({"sum": [10_000, "net"]});
    for (base, price, one_of_them) in [
        ("copies", &parts, "a fact and a component"),
        ("wage", &parts, "a part of the price and a component"),
        ("net", &parts, "a base and a component"),
        ("fee", &one, "a part of the price and a component"),
    ] {
        let faults = Tariff::parse(&levied_on(base, price, &half).to_string())
            .map(|_| ())
            .unwrap_err();
        let [fault] = &faults[..] else {
            panic!("{base}: {faults:?}")
        };
        assert_eq!(
            (fault.rule, fault.path.as_str()),
            ("ambiguous_base", "$.split[1].take.percent.of")
        );
        assert!(fault.reason.contains(one_of_them), "{fault}");
    }
}

#[test]
fn a_component_that_takes_the_part_of_its_name_means_the_same() {
    let parts =
        json!([{"name": "wage", "amount": 60_000}, {"name": "sheets", "amount": {"sum": [40_000, "net"]}}]);
    for take in [json!("wage"), json!({"percent": {"rate": "80%", "of": "wage"}})] {
        let document = levied_on("wage", &parts, &take);
        let refused = Tariff::parse(&document.to_string()).is_err();
        assert_eq!(refused, take != json!("wage"), "{take}");
        let mut unnamed = document;
        unnamed["split"][1]["take"] = json!(1);
        parse(&unnamed);
    }
}

/// A fee that is above the price, or above its own, only where a measure lies in one short band.
fn in_a_short_band(measure: &Value, dear: i64) -> Value {
    json!({"bands": {"of": measure, "rows": [
        {"from": 0, "below": 5000, "value": 100}, {"from": 5000, "below": 5010, "value": dear}, {"from": 5010, "value": 100}
    ]}})
}

#[test]
fn a_fee_above_its_price_in_one_band_of_something_computed_is_found() {
    let net = json!({"less": {"from": "amount", "take_off": [777], "or_zero": true}});
    let both = json!({"sum": ["net", {"percent": {"rate": "0.5%", "of": "amount"}}]});
    for measure in [
        json!("net"),
        json!("price"),
        net.clone(),
        both,
        json!({"round": {"value": "price", "mode": "half_up", "step": 10}}),
    ] {
        let split = |dear| json!([{"party": "office", "take": in_a_short_band(&measure, dear)}, {"party": "agency", "take": "remainder"}]);
        let of = |dear| {
            let mut document = with(
                document(&json!("amount"), &split(dear)),
                "amount",
                json!({"at_least": 1000}),
            );
            if measure.to_string().contains("\"net\"") {
                document["bases"] = json!([{"name": "net", "amount": net}]);
            }
            document
        };
        parse(&of(1000));
        assert_eq!(rules_broken(&of(7000)), ["components_above_price"], "{measure}");
    }
}

#[test]
fn a_price_below_a_fee_in_one_band_of_a_base_is_found() {
    let split = json!([{"party": "office", "take": 60}, {"party": "agency", "take": "remainder"}]);
    let of = |cheap| {
        let mut document = document(&in_a_short_band(&json!("sheets"), cheap), &split);
        document["facts"] = json!({"pages": {"kind": "integer", "at_least": 1}});
        document["bases"] =
            json!([{"name": "sheets", "amount": {"times": {"count": "pages", "value": "quantity"}}}]);
        document
    };
    parse(&of(60));
    assert_eq!(rules_broken(&of(59)), ["components_above_price"]);
}

#[test]
fn a_minimum_above_the_amount_is_refused_however_it_is_written() {
    let percent = |of: &str| json!({"percent": {"rate": "1%", "of": of, "at_least": 5000}});
    let clamp = json!({"clamp": {"value": {"percent": {"rate": "1%", "of": "amount"}}, "at_least": 5000}});
    for (range, price) in [
        ("amount", percent("amount")),
        ("amount", clamp),
        ("amount", percent("deal")),
        ("principal", percent("principal")),
    ] {
        let of = |at_least: i64| {
            let mut document = document(&price, &office_takes_all());
            document[range] = json!({"at_least": at_least});
            if range == "principal" {
                document[range]["party"] = json!("agency");
            }
            if price["percent"]["of"] == "deal" {
                document["bases"] = json!([{"name": "deal", "amount": "amount"}]);
            }
            document
        };
        parse(&of(5000));
        assert_eq!(rules_broken(&of(4999)), ["minimum_above_amount"], "{price}");
    }
}

#[test]
fn a_minimum_above_the_amount_that_was_published_is_priced_as_before() {
    let clamp = json!({"clamp": {"value": {"percent": {"rate": "1%", "of": "amount"}}, "at_least": 5000}});
    let tariff = Tariff::from_published(&document(&clamp, &office_takes_all()).to_string()).unwrap();
    assert_eq!(tariff.quote(&of_amount(1000)).unwrap().price.minor(), 5000);
}

#[test]
fn cases_over_an_amount_are_tried_at_their_ends_and_within_its_range() {
    let of = |office: i64, range: Value| {
        let dear = json!([{"party": "office", "take": office}, {"party": "agency", "take": "remainder"}]);
        let split = json!({"choose": {"cases": [{"when": {"amount": {"below": 5001}}, "then": dear}], "otherwise": office_takes_all()}});
        with(
            document(
                &json!({"less": {"from": 5500, "take_off": ["amount"], "or_zero": true}}),
                &split,
            ),
            "amount",
            range,
        )
    };
    parse(&of(500, json!({"at_most": 9000})));
    assert_eq!(
        rules_broken(&of(501, json!({"at_most": 9000}))),
        ["components_above_price"]
    );
    assert_eq!(
        rules_broken(&of(1, json!({"at_least": 6000}))),
        ["unreachable_case"]
    );
    let unknown = json!({"choose": {"cases": [{"when": {"principal": 1}, "then": 1}], "otherwise": 2}});
    assert_eq!(
        rules_broken(&document(&unknown, &office_takes_all())),
        ["unknown_base"]
    );
}

/// All of the price divided among one.
fn divided() -> Value {
    let member = json!({"party": "office", "weight": 1});
    let group = json!({"name": "rest", "take": "remainder", "among": [member]});
    document(&json!(1000), &json!([group]))
}

#[test]
fn what_is_divided_says_nothing_of_a_share_that_no_member_would_take_over() {
    for (key, value) in [
        ("kind", json!("wage")),
        ("refundable", json!(false)),
        ("instrument", json!("order")),
    ] {
        let (mut lost, mut kept) = (divided(), divided());
        lost["split"][0][key] = value.clone();
        kept["split"][0]["among"][0][key] = value;
        parse(&kept);
        let faults = Tariff::parse(&lost.to_string()).map(|_| ()).unwrap_err();
        let [fault] = &faults[..] else {
            panic!("{key}: {faults:?}")
        };
        assert_eq!(
            (fault.path.as_str(), fault.rule),
            (format!("$.split[0].{key}").as_str(), "group_with_term")
        );
        assert!(Tariff::from_published(&lost.to_string()).is_ok(), "{key}");
    }
}

#[test]
fn a_title_says_something_in_both_languages() {
    let blank = || json!({"fa": "عنوان", "en": " "});
    let held = json!({"name": "held", "party": "tax", "rate": "9%", "round": "floor", "title": blank()});
    let group = json!([{"name": "rest", "take": "remainder", "among": [{"party": "office", "weight": 1}], "title": blank()}]);
    let one = || document(&json!(1000), &office_takes_all());
    let split = |component: &str, value: Value| {
        let mut one = one();
        one["split"][0][component] = value;
        one
    };
    for (document, path) in [
        (with(one(), "title", blank()), "$.title"),
        (
            with(
                one(),
                "price",
                json!([{"name": "part", "amount": 1000, "title": blank()}]),
            ),
            "$.price[0].title",
        ),
        (
            with(one(), "principal", json!({"party": "agency", "title": blank()})),
            "$.principal.title",
        ),
        (split("title", blank()), "$.split[0].title"),
        (split("withhold", json!([held])), "$.split[0].withhold[0].title"),
        (with(one(), "split", group), "$.split[0].title"),
    ] {
        let faults = Tariff::parse(&document.to_string()).map(|_| ()).unwrap_err();
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.path.as_str(), fault.rule))
            .collect();
        assert_eq!(told, [(path, "empty_name")], "{document}");
        assert!(Tariff::from_published(&document.to_string()).is_ok());
    }
}

#[test]
fn a_code_that_no_row_could_name_is_refused() {
    let one = || document(&json!(1000), &office_takes_all());
    let keyed = |key: &str| json!({key: {"title": "Order 1"}});
    for (document, path, rule) in [
        (
            with(one(), "service", json!(" a ")),
            "$.service",
            "code_has_no_outer_blanks",
        ),
        (
            with(one(), "network", json!("n\u{200b}")),
            "$.network",
            "code_is_seen",
        ),
        (
            with(one(), "service", json!("s".repeat(61))),
            "$.service",
            "code_is_short",
        ),
        (
            with(one(), "instruments", keyed("")),
            "$.instruments",
            "empty_name",
        ),
        (
            with(one(), "instruments", keyed(" order")),
            "$.instruments",
            "code_has_no_outer_blanks",
        ),
    ] {
        let faults = Tariff::parse(&document.to_string()).map(|_| ()).unwrap_err();
        let told: Vec<_> = faults
            .iter()
            .map(|fault| (fault.path.as_str(), fault.rule))
            .collect();
        assert_eq!(told, [(path, rule)], "{document}");
        assert!(Tariff::from_published(&document.to_string()).is_ok());
    }
    parse(&with(one(), "service", json!("s".repeat(60))));
    parse(&with(one(), "instruments", keyed("آیین\u{200c}نامه")));
}
