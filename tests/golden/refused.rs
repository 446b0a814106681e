//! What must be refused is refused.

use daftar::domain::tariff::Tariff;

use super::fixture;

/// Each file of `refused/` with the rule that it breaks.
const REFUSED: [(&str, &str); 50] = [
    ("ap-electricity-2012", "bands_overlap"),
    ("bands-do-not-cover", "bands_gap"),
    ("bands-gap", "bands_gap"),
    ("circular-base", "circular_base"),
    ("circular-parts", "circular_base"),
    ("circular-remainder", "circular_base"),
    ("computed-bands-gap", "bands_gap"),
    ("duplicate-name", "duplicate_name"),
    ("fact-bands-begin-late", "bands_gap"),
    ("fee-above-price", "components_above_price"),
    ("fee-above-price-at-a-step", "components_above_price"),
    ("fee-above-price-for-many", "components_above_price"),
    (
        "fee-above-price-in-one-case-of-thousands",
        "components_above_price",
    ),
    ("float-amount", "shape"),
    ("floor-to-own-term", "rounding_not_borne"),
    ("given-price-without-minimum", "components_above_price"),
    ("holder-earns", "a_holder_earns"),
    ("limits-crossed", "limits_crossed"),
    ("minimum-above-amount", "minimum_above_amount"),
    ("minimum-above-price", "minimum_above_amount"),
    ("missing-leg", "missing_leg"),
    ("negative-amount", "negative_amount"),
    ("no-default-instrument", "no_instrument"),
    ("no-instrument", "no_instrument"),
    ("no-otherwise", "no_otherwise"),
    ("no-party", "party_or_among"),
    ("number-rate", "shape"),
    ("percent-sign-missing", "shape"),
    ("percents-without-remainder", "components_below_price"),
    ("principal-like-a-component", "principal_not_told_apart"),
    ("quantity-bands-begin-late", "bands_gap"),
    ("rate-and-take", "rate_or_weight"),
    ("rates-do-not-sum", "rates_do_not_sum"),
    ("rounding-not-borne", "rounding_not_borne"),
    ("slices-begin-late", "slices_gap"),
    ("slices-end-early", "slices_gap"),
    ("sum-above-price", "components_above_price"),
    ("sum-below-price", "components_below_price"),
    ("two-remainders", "two_remainders"),
    ("two-rules", "shape"),
    ("unknown-base", "unknown_base"),
    ("unknown-fact", "unknown_fact"),
    ("unknown-instrument", "unknown_instrument"),
    ("unknown-key", "known"),
    ("unknown-rule", "known"),
    ("unknown-taker", "unknown_taker"),
    ("unreachable-case", "unreachable_case"),
    ("validity-reversed", "empty_validity"),
    ("withheld-more-than-all", "below_zero"),
    ("withheld-twice-under-one-name", "duplicate_name"),
];

#[test]
fn every_broken_tariff_is_refused_for_its_own_reason() {
    let listed = std::fs::read_dir(fixture("tariffs/refused")).unwrap().count();
    assert_eq!(listed, REFUSED.len(), "every file of refused/ is listed here");
    for (name, rule) in REFUSED {
        let text = std::fs::read_to_string(fixture(&format!("tariffs/refused/{name}.json"))).unwrap();
        let faults = Tariff::parse(&text).map(|_| ()).unwrap_err();
        assert!(
            faults.iter().any(|fault| fault.rule == rule),
            "{name}: {faults:?}"
        );
        assert!(
            faults
                .iter()
                .all(|fault| fault.path.starts_with('$') && !fault.remedy.is_empty())
        );
    }
}

#[test]
fn the_overlapping_order_is_refused_at_both_overlaps() {
    let text = std::fs::read_to_string(fixture("tariffs/refused/ap-electricity-2012.json")).unwrap();
    let faults = Tariff::parse(&text).map(|_| ()).unwrap_err();
    let reasons = faults
        .iter()
        .map(|fault| fault.reason.as_str())
        .collect::<Vec<_>>();
    assert!(
        reasons.iter().any(|reason| reason.contains("1000")) && reasons.iter().any(|r| r.contains("2500"))
    );
}
