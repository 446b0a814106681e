//! Where and in which words a document is refused.

use super::*;

fn faults_of(document: &Value) -> Vec<Fault> {
    Tariff::parse(&document.to_string()).map(|_| ()).unwrap_err()
}

/// The only fault: its path, its rule and what it says.
fn only_fault(document: &Value) -> (String, &'static str, String) {
    let faults = faults_of(document);
    let [fault] = &faults[..] else {
        panic!("{document:#}: {faults:?}")
    };
    (fault.path.clone(), fault.rule, fault.reason.clone())
}

#[test]
fn sources_that_do_not_make_up_the_price_are_told_at_the_sources() {
    let of = |sources: Value| with(document(&json!(1000), &office_takes_all()), "sources", sources);
    for (sources, rule, told) in [
        (
            json!([{"party": "agency", "take": 400}]),
            "components_below_price",
            "the sources bear only 400 of 1000",
        ),
        (
            json!([{"party": "agency", "take": 1400}, {"party": "holder", "take": "remainder"}]),
            "components_above_price",
            "the sources bear 1400 of 1000",
        ),
    ] {
        let (path, broken, reason) = only_fault(&of(sources));
        assert_eq!((path.as_str(), broken), ("$.sources", rule));
        assert!(reason.contains(told), "{reason}");
    }
}

#[test]
fn two_shares_that_would_be_one_term_are_refused_as_that() {
    let held = json!([{"name": "tax", "party": "tax", "rate": "9%", "round": "floor"}]);
    let of = |kind: &str| {
        let split = json!([
            {"name": "tax", "party": "tax", "kind": kind, "take": 100}, {"party": "office", "take": "remainder", "withhold": held}
        ]);
        document(&json!(1000), &split)
    };
    parse(&of("tax"));
    let (path, rule, reason) = only_fault(&of("withholding"));
    assert_eq!(
        (path.as_str(), rule),
        ("$.split[1].withhold[0].name", "duplicate_name")
    );
    assert!(reason.contains("one term"), "{reason}");
    let split = json!([{"name": "rounding", "party": "treasury", "kind": "rounding", "take": 1}, {"party": "office", "take": "remainder"}]);
    let round = json!({"mode": "ceiling", "step": 100, "taker": {"party": "treasury"}});
    let (path, rule, reason) = only_fault(&with(document(&json!(1001), &split), "round_price", round));
    assert_eq!((path.as_str(), rule), ("$.round_price.taker", "duplicate_name"));
    assert!(reason.contains("one term"), "{reason}");
}

#[test]
fn withholding_more_than_the_share_is_told_where_it_is_withheld() {
    let held = |name: &str| json!({"name": name, "party": "tax", "rate": "60%", "round": "floor"});
    let split = json!([{"party": "office", "take": "remainder", "withhold": [held("t"), held("u")]}]);
    let (path, rule, reason) = only_fault(&document(&json!(1000), &split));
    assert_eq!((path.as_str(), rule), ("$.split[0].withhold", "below_zero"));
    assert!(reason.contains("120%"), "{reason}");
}

#[test]
fn what_cannot_be_computed_is_told_with_its_place() {
    let least = json!({"percent": {"rate": "1%", "of": "price", "at_least": 5000}});
    let crossed = json!({"percent": {"rate": "10%", "of": "price", "at_least": {"sum": ["price", 1]}, "at_most": "price"}});
    let below = json!({"less": {"from": 10, "take_off": ["price"]}});
    let outside =
        json!({"bands": {"of": {"sum": ["price", 1]}, "rows": [{"from": 0, "below": 10, "value": 1}]}});
    for (take, rule) in [
        (least, "minimum_above_amount"),
        (crossed, "limits_crossed"),
        (below, "below_zero"),
        (outside, "bands_gap"),
    ] {
        let split =
            json!([{"party": "office", "take": "remainder"}, {"name": "levy", "party": "tax", "take": take}]);
        let (path, broken, reason) = only_fault(&document(&json!(1000), &split));
        assert_eq!((path.as_str(), broken), ("$.split[1].take", rule), "{reason}");
        assert!(reason.contains("levy"), "{reason}");
    }
}

#[test]
fn what_would_be_right_is_said_of_a_number_in_quotes_and_of_the_citizens_instrument() {
    let faults = faults_of(&document(&json!("1000"), &office_takes_all()));
    assert!(
        faults[0].remedy.ends_with("without quotes: 1000"),
        "{}",
        faults[0]
    );
    let split = json!([{"party": "office", "take": "remainder", "instrument": "a"}]);
    let instruments = json!({"a": {"title": "A"}, "b": {"title": "B"}});
    let two = with(document(&json!(1000), &split), "instruments", instruments);
    let fault = &faults_of(&two)[0];
    assert_eq!((fault.path.as_str(), fault.rule), ("$.sources", "no_instrument"));
    let sources = json!([{"party": "holder", "take": "remainder", "instrument": "b"}]);
    parse(&with(two, "sources", sources));
}

#[test]
fn the_schema_takes_what_the_check_takes() {
    let schema = Document::schema();
    let party = &schema["$defs"]["Role"];
    for role in term::ROLES {
        assert!(party["description"].as_str().unwrap().contains(role), "{party}");
        assert!(party["pattern"].as_str().unwrap().contains(role), "{party}");
    }
    assert!(!party["description"].as_str().unwrap().contains("any lower-case"));
    assert_eq!(schema["$defs"]["Unit"]["properties"]["scale"]["maximum"], 6);
    let unit = |scale: u8| {
        with(
            document(&json!(1), &office_takes_all()),
            "unit",
            json!({"code": "IRR", "scale": scale}),
        )
    };
    parse(&unit(6));
    assert_eq!(rules_broken(&unit(7)), ["unit_scale"]);
}

#[test]
fn what_can_only_be_a_mistake_is_refused_but_read_where_it_was_published() {
    let part = |name: &str, value: Value| with(document(&json!(1000), &office_takes_all()), name, value);
    let deposit = |identifier: &str| json!([{"party": "office", "take": "remainder", "deposit_identifier": identifier}]);
    let by_leg = |leg: &str| json!({"by_leg": {leg: office_takes_all()}});
    let facts = json!({"delta": {"kind": "integer", "at_least": -10, "at_most": 10}});
    let below_zero = with(part("price", json!({"sum": [1000, "delta"]})), "facts", facts);
    for (mistaken, rule, path) in [
        (
            part("split", deposit(" 12")),
            "code_has_no_outer_blanks",
            "$.split[0]",
        ),
        (
            part(
                "principal",
                json!({"party": "agency", "deposit_identifier": "12 "}),
            ),
            "code_has_no_outer_blanks",
            "$.principal.deposit_identifier",
        ),
        (
            part("activity_legs", json!([""])),
            "empty_name",
            "$.activity_legs",
        ),
        (
            part("principal", json!({"party": "holder"})),
            "a_holder_earns",
            "$.principal.party",
        ),
        (
            part("bases", json!([{"name": "unused", "amount": 5}])),
            "unused_base",
            "$.bases[0]",
        ),
        (part("split", deposit("1\u{200b}2")), "code_is_seen", "$.split[0]"),
        (part("price", json!({"refuse": "closed"})), "answers_nothing", "$"),
        (part("split", json!({"refuse": "closed"})), "answers_nothing", "$"),
        (
            part("price", json!({"sum": [100_000_000_000_000_i64, 1]})),
            "answers_nothing",
            "$",
        ),
        (
            part("split", by_leg("پیش\u{200c}پذیرش")),
            "code_is_seen",
            "$.split",
        ),
        (
            part("split", by_leg("acceptance ")),
            "code_has_no_outer_blanks",
            "$.split",
        ),
        (part("split", by_leg(&"a".repeat(61))), "leg_is_short", "$.split"),
        (below_zero, "fact_is_no_number", "$.price.sum[1]"),
    ] {
        let (at, broken, _) = only_fault(&mistaken);
        assert_eq!((broken, at.as_str()), (rule, path));
        assert!(Tariff::from_published(&mistaken.to_string()).is_ok(), "{rule}");
    }
}

#[test]
fn a_loss_by_rounding_that_only_some_prices_show_is_found() {
    let shares = json!([{"party": "office", "take": {"percent": {"rate": "5%", "of": "price"}}}, {"party": "agency", "take": "remainder"}]);
    let rounded = |mode: &str, at_least: i64| {
        let of = with(
            document(&json!("amount"), &shares),
            "amount",
            json!({"at_least": at_least}),
        );
        with(
            of,
            "round_price",
            json!({"mode": mode, "step": 1000, "taker": "office"}),
        )
    };
    for (mode, at_least) in [("floor", 2_000), ("half_up", 2_000), ("half_even", 7_000)] {
        let (path, rule, reason) = only_fault(&rounded(mode, at_least));
        assert_eq!(
            (path.as_str(), rule),
            ("$.round_price.taker", "rounding_not_borne"),
            "{mode}: {reason}"
        );
    }
    parse(&rounded("floor", 20_000));
    parse(&rounded("ceiling", 2_000));
}

/// What is said to help, of the only fault; and that it does.
fn remedy_of(wrong: &Value, right: &Value) -> String {
    let faults = faults_of(wrong);
    let [fault] = &faults[..] else {
        panic!("{wrong:#}: {faults:?}")
    };
    parse(right);
    fault.remedy.clone()
}

#[test]
fn a_remedy_names_the_number_that_is_too_small() {
    let share = json!({"percent": {"rate": "1%", "of": "principal", "at_least": 500}});
    let split = json!([{"party": "agency", "take": 400}, {"party": "office", "take": "remainder"}]);
    let of_principal = |at_least: i64| {
        let price = json!({"percent": {"rate": "1%", "of": "principal"}});
        with(
            document(&price, &split),
            "principal",
            json!({"party": "party:utility", "at_least": at_least}),
        )
    };
    assert_eq!(
        remedy_of(&of_principal(0), &of_principal(40_000)),
        "let the components take less, or declare the smallest principal as `principal.at_least`"
    );
    let with_minimum = |at_least: i64| with(of_principal(at_least), "price", share.clone());
    assert_eq!(
        remedy_of(&with_minimum(0), &with_minimum(500)),
        "lower `at_least`, or declare the smallest principal as `principal.at_least`"
    );
    let of_amount = |at_least: i64| {
        with(
            document(&json!("amount"), &split),
            "amount",
            json!({"at_least": at_least}),
        )
    };
    assert_eq!(
        remedy_of(&of_amount(0), &of_amount(400)),
        "let the components take less, or declare the smallest amount as `amount.at_least`"
    );
    let of_pages = |at_least: i64| {
        let price = json!({"times": {"count": "pages", "value": 100}});
        let facts = json!({"pages": {"kind": "integer", "at_least": at_least}});
        with(document(&price, &split), "facts", facts)
    };
    assert_eq!(
        remedy_of(&of_pages(1), &of_pages(4)),
        "let the components take less, or declare the smallest `pages` as `facts.pages.at_least`"
    );
}

#[test]
fn a_remedy_names_the_number_that_is_too_large() {
    let takes = |count: &str| json!([{"party": "agency", "take": {"times": {"count": count, "value": 10}}}, {"party": "office", "take": "remainder"}]);
    let pages = |range: Value| with(document(&json!(1000), &takes("pages")), "facts", range);
    assert_eq!(
        remedy_of(
            &pages(json!({"pages": {"kind": "integer"}})),
            &pages(json!({"pages": {"kind": "integer", "at_most": 100}}))
        ),
        "let the components take less, or declare the largest `pages` as `facts.pages.at_most`"
    );
    let few = json!({"choose": {"cases": [{"when": {"quantity": {"above": 100}}, "then": {"refuse": "too many"}}], "otherwise": 1000}});
    let remedy = remedy_of(
        &document(&json!(1000), &takes("quantity")),
        &document(&few, &takes("quantity")),
    );
    assert!(
        remedy.starts_with("let the components take less, or refuse a larger `quantity` in a case: "),
        "{remedy}"
    );
    let dear = document(
        &json!(1000),
        &json!([{"party": "agency", "take": 1001}, {"party": "office", "take": "remainder"}]),
    );
    assert_eq!(faults_of(&dear)[0].remedy, "let the components take less");
}

#[test]
fn only_a_written_difference_is_told_to_stop_at_zero() {
    let withholding = |at_least: i64| {
        let held = json!([{"name": "tax", "party": "tax", "rate": "9%", "round": "ceiling", "step": 1000}]);
        let split = json!([{"party": "office", "take": "remainder", "withhold": held}]);
        with(
            document(&json!("amount"), &split),
            "amount",
            json!({"at_least": at_least}),
        )
    };
    let remedy = remedy_of(&withholding(0), &withholding(1000));
    let ways = "withhold less, round what is withheld down, declare the smallest amount as `amount.at_least`";
    assert!(remedy.starts_with(ways), "{remedy}");
    let difference = |or_zero: bool| {
        let price = json!({"less": {"from": "amount", "take_off": [100], "or_zero": or_zero}});
        document(&price, &office_takes_all())
    };
    assert_eq!(
        remedy_of(&difference(false), &difference(true)),
        "take off less, say `\"or_zero\": true`, or declare the smallest amount as `amount.at_least`"
    );
    let after_fixed = |at_least: i64| {
        let split = json!([
            {"party": "agency", "take": 400}, {"party": "operator", "take": {"percent": {"rate": "10%", "of": "after_fixed"}}},
            {"party": "office", "take": "remainder"}
        ]);
        with(
            document(&json!("amount"), &split),
            "amount",
            json!({"at_least": at_least}),
        )
    };
    assert_eq!(
        remedy_of(&after_fixed(0), &after_fixed(400)),
        "let the fixed components take less, or declare the smallest amount as `amount.at_least`"
    );
}

#[test]
fn shares_that_are_rounded_up_together_are_refused_wherever_they_take_more_than_there_is() {
    let rounded = |rate: &str, of: &str| json!({"percent": {"rate": rate, "of": of, "round": "half_up"}});
    let two = |one: &str, other: &str, of: &str| json!([{"party": "office", "take": rounded(one, of)}, {"party": "operator", "take": rounded(other, of)}]);
    let fee = json!({"percent": {"rate": "7%", "of": "amount"}});
    for (one, other) in [
        ("65%", "35%"),
        ("95%", "5%"),
        ("97.5%", "2.5%"),
        ("99.75%", "0.25%"),
    ] {
        for at_least in [0, 1_000] {
            let from = |price: &Value, split: &Value| {
                with(
                    document(price, split),
                    "amount",
                    json!({"at_least": at_least, "at_most": 50_000_000}),
                )
            };
            for of in ["amount", "price"] {
                let both = from(&json!("amount"), &two(one, other, of));
                assert_eq!(
                    rules_broken(&both),
                    ["components_above_price"],
                    "{one} {other} {of}"
                );
            }
            let of_a_fee = from(&fee, &two(one, other, "price"));
            assert_eq!(
                rules_broken(&of_a_fee),
                ["components_above_price"],
                "{one} {other}"
            );
            let borne = with(
                from(&json!("amount"), &office_takes_all()),
                "sources",
                two(one, other, "price"),
            );
            assert_eq!(rules_broken(&borne), ["components_above_price"], "{one} {other}");
        }
    }
    let withheld =
        |name: &str, rate: &str| json!({"name": name, "party": "tax", "rate": rate, "round": "half_up"});
    let split = json!([{"party": "office", "take": "remainder", "withhold": [withheld("most", "65%"), withheld("rest", "35%")]}]);
    let all_withheld = document(&json!("amount"), &split);
    assert_eq!(rules_broken(&all_withheld), ["below_zero"]);
    let down = json!([{"party": "office", "take": {"percent": {"rate": "65%", "of": "amount", "round": "floor"}}},
                      {"party": "operator", "take": "remainder"}]);
    parse(&document(&json!("amount"), &down));
}

#[test]
fn a_fee_above_its_price_is_found_where_a_limit_begins_or_ends_to_bind() {
    let pages = |price: Value, take: Value| {
        let split = json!([{"party": "office", "take": 1_500}, {"party": "agency", "take": take}, {"party": "treasury", "take": "remainder"}]);
        let facts = json!({"pages": {"kind": "integer", "at_least": 1, "at_most": 500}});
        with(document(&price, &split), "facts", facts)
    };
    let per_page = |value: i64| json!({"times": {"count": "pages", "value": value}});
    let at_least = |least: i64| json!({"clamp": {"value": per_page(100), "at_least": least}});
    assert_eq!(
        rules_broken(&pages(at_least(2_000), per_page(30))),
        ["components_above_price"]
    );
    parse(&pages(at_least(2_000), per_page(25)));
    let free_at_first = json!({"less": {"from": per_page(30), "take_off": [600], "or_zero": true}});
    parse(&pages(at_least(2_000), free_at_first));

    let money = |office: Value, least: i64| {
        let price = json!({"percent": {"rate": "1%", "of": "amount", "at_least": least, "at_most": 100_000}});
        let split = json!([{"party": "office", "take": office}, {"party": "union", "take": "remainder"}]);
        let range = json!({"at_least": 2_000, "at_most": 50_000_000});
        with(document(&price, &split), "amount", range)
    };
    let capped = |most: i64| json!({"percent": {"rate": "2%", "of": "amount", "at_most": most}});
    assert_eq!(rules_broken(&money(capped(250), 200)), ["components_above_price"]);
    parse(&money(capped(200), 200));
    let of_the_price = json!({"sum": [{"clamp": {"value": 50, "at_most": "price"}}, {"percent": {"rate": "12.5%", "of": "price"}}]});
    assert_eq!(rules_broken(&money(of_the_price, 0)), ["components_above_price"]);
}
