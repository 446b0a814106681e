//! What rounding and splitting promise, on examples and on a hundred thousand cases each.
//! Never here: tariffs.

use super::*;
use crate::domain::cases::{Numbers, count};

fn minor(amounts: &[Amount]) -> Vec<i64> {
    amounts.iter().map(|amount| amount.minor()).collect()
}

fn divided(total: i64, weights: &[i128], residue: Residue) -> Vec<i64> {
    minor(
        &split(Amount::from_minor(total), weights, residue)
            .unwrap()
            .amounts,
    )
}

fn rate(text: &str) -> Rate {
    Rate::parse(text).unwrap()
}

fn step(size: u32) -> NonZeroU32 {
    NonZeroU32::new(size).unwrap()
}

#[test]
fn the_missing_unit_goes_to_the_largest_remainder() {
    assert_eq!(
        divided(100, &[92, 93, 70], Residue::LargestRemainder),
        [36, 37, 27]
    );
    assert_eq!(
        divided(1001, &[6500, 3500], Residue::LargestRemainder),
        [651, 350]
    );
    assert_eq!(
        divided(28_615, &[6500, 3500], Residue::LargestRemainder),
        [18_600, 10_015]
    );
}

#[test]
fn a_tie_of_remainders_follows_the_declared_order() {
    assert_eq!(divided(5, &[70, 30], Residue::LargestRemainder), [4, 1]);
    assert_eq!(divided(5, &[30, 70], Residue::LargestRemainder), [2, 3]);
}

#[test]
fn a_named_residual_party_takes_all_missing_units() {
    assert_eq!(divided(100, &[92, 93, 70], Residue::To(0)), [37, 36, 27]);
    let division = split(Amount::from_minor(100), &[1, 1, 1, 0], Residue::To(3)).unwrap();
    assert_eq!(minor(&division.amounts), [33, 33, 33, 1]);
    assert_eq!(minor(&division.residues), [0, 0, 0, 1]);
}

#[test]
fn what_cannot_be_divided_is_refused() {
    assert_eq!(
        split(Amount::from_minor(-1), &[1], Residue::To(0)),
        Err(Indivisible::NegativeTotal)
    );
    assert_eq!(
        split(Amount::ZERO, &[], Residue::LargestRemainder),
        Err(Indivisible::Weights)
    );
    assert_eq!(
        split(Amount::ZERO, &[0, 0], Residue::LargestRemainder),
        Err(Indivisible::Weights)
    );
    assert_eq!(
        split(Amount::ZERO, &[2, -1], Residue::LargestRemainder),
        Err(Indivisible::Weights)
    );
    assert_eq!(
        split(Amount::ZERO, &[1], Residue::To(1)),
        Err(Indivisible::Residue)
    );
}

#[test]
fn each_rounding_mode_decides_a_half_and_a_rest_in_its_own_way() {
    let rounded = |numerator, mode| {
        Exact {
            numerator,
            denominator: 10,
        }
        .round(Rounding::to_unit(mode))
        .unwrap()
        .minor()
    };
    for (numerator, floor, half_up, half_even, ceiling) in [
        (20, 2, 2, 2, 2),
        (21, 2, 2, 2, 3),
        (25, 2, 3, 2, 3),
        (35, 3, 4, 4, 4),
        (29, 2, 3, 3, 3),
    ] {
        assert_eq!(rounded(numerator, RoundingMode::Floor), floor);
        assert_eq!(rounded(numerator, RoundingMode::HalfUp), half_up);
        assert_eq!(rounded(numerator, RoundingMode::HalfEven), half_even);
        assert_eq!(rounded(numerator, RoundingMode::Ceiling), ceiling);
    }
}

#[test]
fn a_price_is_rounded_to_whole_steps() {
    let rounded = |value, mode| {
        Exact {
            numerator: value,
            denominator: 1,
        }
        .round(Rounding::to_step(mode, step(100)))
        .unwrap()
        .minor()
    };
    assert_eq!(rounded(3360, RoundingMode::Ceiling), 3400);
    assert_eq!(rounded(5720, RoundingMode::Ceiling), 5800);
    assert_eq!(rounded(5720, RoundingMode::HalfUp), 5700);
    assert_eq!(rounded(5750, RoundingMode::HalfEven), 5800);
    assert_eq!(rounded(5799, RoundingMode::Floor), 5700);
}

#[test]
fn tax_inside_and_its_net_make_up_the_gross() {
    let tax = |gross, mode| {
        tax_inside(Amount::from_minor(gross), rate("18%"))
            .round(Rounding::to_unit(mode))
            .unwrap()
            .minor()
    };
    assert_eq!(tax(11_800, RoundingMode::Floor), 1800);
    assert_eq!(tax(100, RoundingMode::Floor), 15);
    assert_eq!(tax(100, RoundingMode::Ceiling), 16);
}

#[test]
fn slices_of_different_rates_are_rounded_once() {
    let slices = [
        (Amount::from_minor(150), rate("0.5%")),
        (Amount::from_minor(150), rate("0.25%")),
    ];
    let exact = rates_of_slices(&slices).unwrap();
    assert_eq!(exact.round(Rounding::FLOOR).unwrap().minor(), 1);
}

#[test]
fn a_begun_step_counts_as_its_rule_says() {
    let counted = |measure, begun| {
        steps(Amount::from_minor(measure), step(50), begun)
            .unwrap()
            .minor()
    };
    assert_eq!(counted(100, RoundingMode::Ceiling), 2);
    assert_eq!(counted(101, RoundingMode::Ceiling), 3);
    assert_eq!(counted(149, RoundingMode::Floor), 2);
    let exact = pro_rata(Amount::from_minor(30), Amount::from_minor(75), step(50));
    assert_eq!(exact.round(Rounding::FLOOR).unwrap().minor(), 45);
}

#[test]
fn a_product_beyond_64_bits_is_an_error_and_never_a_wrap() {
    let most = Amount::from_minor(i64::MAX);
    assert_eq!(
        rate_of(most, rate("200%")).round(Rounding::FLOOR),
        Err(AmountOverflow)
    );
    assert!(rate_of(most, rate("100%")).round(Rounding::FLOOR).is_ok());
    assert!(split(most, &[i128::MAX, 1], Residue::LargestRemainder).is_err());
}

#[test]
fn every_split_conserves_and_stays_within_a_unit_of_the_exact_share() {
    let mut numbers = Numbers::of(3);
    for _ in 0..count() {
        let total = numbers.amount(i64::MAX);
        let parts = numbers.between(1, 8);
        let mut weights = (0..parts)
            .map(|_| i128::from(numbers.between(0, 10_000)))
            .collect::<Vec<_>>();
        weights[0] += 1;
        let sum = weights.iter().sum::<i128>();
        let index = numbers.index(weights.len());
        for residue in [Residue::LargestRemainder, Residue::To(index)] {
            let division = split(total, &weights, residue).unwrap();
            assert_eq!(Amount::sum(division.amounts.iter().copied()), Ok(total));
            for (at, (amount, weight)) in division.amounts.iter().zip(&weights).enumerate() {
                let distance = i128::from(amount.minor()) * sum - i128::from(total.minor()) * weight;
                assert!(!amount.is_negative());
                let bound = if residue == Residue::To(at) {
                    sum * i128::from(parts)
                } else {
                    sum
                };
                assert!(distance.abs() < bound, "{total} by {weights:?}");
            }
        }
    }
}

#[test]
fn nobody_with_a_smaller_remainder_is_served_before_one_with_a_larger() {
    let mut numbers = Numbers::of(5);
    for _ in 0..count() {
        let total = numbers.amount(1_000_000);
        let parts = numbers.between(2, 6);
        let weights = (0..parts)
            .map(|_| i128::from(numbers.between(1, 100)))
            .collect::<Vec<_>>();
        let division = split(total, &weights, Residue::LargestRemainder).unwrap();
        let rest = |at: usize| division.exact[at].whole_and_rest().1;
        for served in (0..weights.len()).filter(|at| !division.residues[*at].is_zero()) {
            for other in (0..weights.len()).filter(|at| division.residues[*at].is_zero()) {
                let (taken, waiting) = (rest(served), rest(other));
                assert!(taken > waiting || (taken == waiting && served < other));
            }
        }
    }
}

#[test]
fn every_rounding_lies_within_a_step_on_its_own_side() {
    let mut numbers = Numbers::of(7);
    for _ in 0..count() {
        let exact = Exact {
            numerator: i128::from(numbers.amount(1_000_000_000_000).minor()),
            denominator: i128::from(numbers.between(1, 100_000)),
        };
        let size = step(u32::try_from(numbers.between(1, 1000)).unwrap());
        let width = exact.denominator * i128::from(size.get());
        let off = |mode| {
            let rounded = exact.round(Rounding::to_step(mode, size)).unwrap();
            assert_eq!(rounded.minor() % i64::from(size.get()), 0);
            i128::from(rounded.minor()) * exact.denominator - exact.numerator
        };
        assert!((-width + 1..=0).contains(&off(RoundingMode::Floor)));
        assert!((0..width).contains(&off(RoundingMode::Ceiling)));
        assert!(off(RoundingMode::HalfUp).abs() * 2 <= width);
        assert!(off(RoundingMode::HalfEven).abs() * 2 <= width);
    }
}

#[test]
fn tax_inside_never_exceeds_its_exact_value_and_leaves_the_residue_to_the_net() {
    let mut numbers = Numbers::of(11);
    for _ in 0..count() {
        let gross = numbers.amount(1_000_000_000_000_000);
        let rate = Rate::parse(&format!("{}.{}%", numbers.between(0, 99), numbers.between(0, 99))).unwrap();
        let tax = tax_inside(gross, rate).round(Rounding::FLOOR).unwrap();
        let net = gross.minus(tax).unwrap();
        let on_top = rate_of(net, rate);
        assert!(tax <= gross && !net.is_negative());
        assert!(i128::from(tax.minor()) * on_top.denominator <= on_top.numerator);
    }
}

#[test]
fn the_base_whose_share_lies_halfway_is_the_least_of_all_there_are() {
    let half_up = |size: u32| Rounding::to_step(RoundingMode::HalfUp, step(size));
    let is_halfway = |base: i64, text: &str, inside: bool, size: u32| {
        let base = Amount::from_minor(base);
        let exact = if inside {
            tax_inside(base, rate(text))
        } else {
            rate_of(base, rate(text))
        };
        let step = i128::from(size) * exact.denominator;
        2 * exact.numerator.rem_euclid(step) == step
    };
    for text in ["65%", "2.5%", "9%", "1%", "33.3%", "100%", "40%"] {
        for (inside, size) in [(false, 1), (true, 1), (false, 10), (false, 3), (true, 10)] {
            let share = if inside {
                RoundedShare::of_tax_inside(rate(text), half_up(size))
            } else {
                RoundedShare::of_rate(rate(text), half_up(size))
            };
            let bases = 1..30_000;
            for from in [0, 1, 10, 11, 9_999] {
                let mut halves = bases.clone().filter(|base| is_halfway(*base, text, inside, size));
                let expected = halves.find(|base| *base >= from);
                let found = share.turn_from(from).filter(|base| *base < 30_000);
                assert_eq!(found, expected, "{text} {inside} {size} from {from}");
            }
        }
    }
    let down = RoundedShare::of_rate(rate("65%"), Rounding::FLOOR);
    assert_eq!(down.turn_from(0), None);
}

#[test]
fn a_share_that_is_cut_to_steps_turns_where_it_reaches_the_next_one() {
    for (text, size, from, turn) in [
        ("10%", 1_000, 0, 10_000),
        ("10%", 1_000, 10_000, 20_000),
        ("0.35%", 1_000, 1, 285_715),
        ("0%", 1_000, 1, i64::MAX),
    ] {
        for mode in [RoundingMode::Floor, RoundingMode::Ceiling] {
            let share = RoundedShare::of_rate(rate(text), Rounding::to_step(mode, step(size)));
            assert_eq!(
                share.turn_from(from).unwrap_or(i64::MAX),
                turn,
                "{text} from {from}"
            );
        }
    }
    let tens = Rounding::to_step(RoundingMode::HalfEven, step(10));
    assert_eq!(RoundedShare::of_all(tens).turn_from(6), Some(15));
}

#[test]
fn a_share_of_slices_or_steps_turns_by_what_lies_before_it() {
    let half_up = Rounding::to_unit(RoundingMode::HalfUp);
    let rows = [(0, rate("65%")), (1_005, rate("0.5%")), (5_000, rate("10%"))];
    let worth = |measure: i64| {
        let used = [(0, 1_005), (1_005, 5_000), (5_000, i64::MAX)].map(|(from, to)| measure.min(to) - from);
        let widths = used.into_iter().filter(|width| *width > 0).zip(rows);
        let slices: Vec<_> = widths
            .map(|(width, (_, rate))| (Amount::from_minor(width), rate))
            .collect();
        rates_of_slices(&slices).unwrap()
    };
    let is_halfway = |measure: &i64| {
        let exact = worth(*measure);
        2 * exact.numerator.rem_euclid(exact.denominator) == exact.denominator
    };
    let shares = RoundedShare::of_slices(&rows, half_up);
    for (share, end) in shares.iter().zip([1_005, 5_000, 9_000]) {
        for from in [1, 900, 1_006, 4_000, 5_001, 6_000] {
            let expected = (share.from.max(from)..=end).find(is_halfway);
            let found = share.turn_from(from).filter(|measure| *measure <= end);
            assert_eq!(found, expected, "from {from} to {end}");
        }
    }
    let of_pages = RoundedShare::in_proportion(
        Amount::from_minor(65),
        Amount::from_minor(7),
        step(100),
        RoundingMode::HalfUp,
    );
    assert_eq!(of_pages.turn_from(0), Some(17));
}
