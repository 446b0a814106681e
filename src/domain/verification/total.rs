//! What booked transactions add to the totals of their window, worked out one by one from the terms of their tariff and not by
//! the statement that seals them: two ways must come to the same. Never here: which line it is where they do not.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::booking::{BindingContent, BookedTransaction, Contents, TariffContent};
use crate::domain::binding::{LICENSEE, player};
use crate::domain::posting::TotalSide;
use crate::domain::transaction::Holder;

#[cfg(test)]
mod tests;

/// Nobody plays the role: such a line is in no sound window.
const NOBODY: i32 = 0;

/// Lines of totals, summed by secret weights modulo 2^128. Lines that differ in a count or an amount come to the same sum
/// in one case of 2^58, whatever they are, as long as who chose them does not know the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(i128);

/// The weights of one verification: as many connections as take part in it know the same.
#[derive(Clone, Debug)]
pub struct Weights {
    chance: RandomState,
    /// Odd. What one item weighs against one unit of money.
    item: i128,
}

/// What a line says besides its party, its side and its kind of transactions; hashed once for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Article(u64);

/// One line of a window's totals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    pub party: i32,
    pub article: Article,
    pub side: TotalSide,
    /// Of `TransactionKind`, as stored.
    pub kind: i16,
    /// It happened before the window began.
    pub earlier: bool,
}

/// Who plays the role of a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Player {
    /// Fixed when the tariff was published.
    Party(i32),
    /// By the id of a role that hangs on the office.
    OfOffice(i16),
    Holder,
}

/// A term of a tariff version, as far as totals know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalTerm {
    pub ordinal: i16,
    /// It is owed to somebody; else it came in from somebody.
    pub is_leg: bool,
    /// Of the bill that is passed on, beside the fee.
    pub is_principal: bool,
    pub player: Player,
    /// Under its own deposit identifier.
    pub own: Article,
    /// Under none.
    pub plain: Article,
}

/// Where the lines of a row of `window_totals` count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredPlace<'a> {
    pub party: i32,
    pub deposit_identifier: &'a str,
    pub unit: i16,
    pub earlier: bool,
}

/// One line of such a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredLine<'a> {
    pub service: i32,
    pub component_kind: &'a str,
    pub side: TotalSide,
    /// Of `TransactionKind`, as stored.
    pub kind: i16,
    pub items: i64,
    pub amount: i64,
}

impl Fingerprint {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }

    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.wrapping_neg())
    }

    pub const fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

impl Weights {
    pub fn new(chance: RandomState) -> Self {
        let item = wide(&chance, [0, 0]) | 1;
        Self { chance, item }
    }

    pub fn article(
        &self,
        deposit_identifier: &str,
        unit: i16,
        service: i32,
        component_kind: &str,
    ) -> Article {
        Article(
            self.chance
                .hash_one((deposit_identifier, unit, service, component_kind)),
        )
    }

    /// `amount` in the smallest part of the line's unit.
    pub fn weigh(&self, line: Line, items: i64, amount: i64) -> Fingerprint {
        let value = self
            .item
            .wrapping_mul(i128::from(items))
            .wrapping_add(i128::from(amount));
        Fingerprint(wide(&self.chance, line.words()).wrapping_mul(value))
    }
}

impl Line {
    /// Its fields, two lines of different ones never in the same words.
    fn words(&self) -> [u64; 2] {
        let party = u64::from(self.party.cast_unsigned()) << 32;
        let kind = u64::from(self.kind.cast_unsigned()) << 2;
        let side = u64::from(self.side == TotalSide::Collected) << 1;
        [self.article.0, party | kind | side | u64::from(self.earlier)]
    }
}

/// All 128 bits by chance, the same for the same words.
fn wide(chance: &RandomState, words: [u64; 2]) -> i128 {
    let mut hasher = chance.build_hasher();
    for word in words {
        hasher.write_u64(word);
    }
    let high = i128::from(hasher.finish());
    hasher.write_u8(1);
    high << 64 | i128::from(hasher.finish())
}

/// Everything that one transaction adds. What it refers to and is not there is told as missing, and not here.
pub fn made(row: &BookedTransaction, contents: &Contents, weights: &Weights) -> Fingerprint {
    let found = contents
        .allocations
        .get(&row.allocation)
        .zip(contents.windows.get(&row.window));
    let Some((allocation, window)) = found else {
        return Fingerprint::default();
    };
    let Some(tariff) = contents.tariffs.get(&allocation.tariff_version) else {
        return Fingerprint::default();
    };
    let mut lines = Lines {
        row,
        tariff,
        binding: contents.bindings.get(&row.binding),
        central: window.central,
        earlier: row.occurred_at < window.starts_at,
        holder: Holder::from_number(row.holder),
        weights,
        sum: Fingerprint::default(),
    };
    for (ordinal, minor) in &allocation.shares {
        let place = tariff.terms.binary_search_by_key(ordinal, |term| term.ordinal);
        if let Some(term) = place.ok().and_then(|place| tariff.terms.get(place)) {
            lines.add_share(term, *minor);
        }
    }
    // A version's own principal is the last of its terms; a component may be of that kind too.
    if row.principal > 0
        && let Some(term) = tariff.terms.iter().rfind(|term| term.is_principal)
    {
        lines.add_principal(term, row.principal);
    }
    lines.sum
}

/// What is stored at one place. Nothing unless its lines are such as sealing writes, each once, in order and of something:
/// else a line that was cut in two would weigh as before.
pub fn stored<'a>(
    place: StoredPlace<'_>,
    lines: impl Iterator<Item = StoredLine<'a>>,
    weights: &Weights,
) -> Option<Fingerprint> {
    let mut sum = Fingerprint::default();
    let mut before = None;
    for line in lines {
        let key = (line.service, line.component_kind, line.side, line.kind);
        if line.items < 1 || before.is_some_and(|before| before >= key) {
            return None;
        }
        before = Some(key);
        let article = weights.article(
            place.deposit_identifier,
            place.unit,
            line.service,
            line.component_kind,
        );
        let (party, earlier) = (place.party, place.earlier);
        let (side, kind) = (line.side, line.kind);
        let told = Line {
            party,
            article,
            side,
            kind,
            earlier,
        };
        sum = sum.plus(weights.weigh(told, line.items, line.amount));
    }
    before.map(|_| sum)
}

/// The lines of one transaction.
struct Lines<'a> {
    row: &'a BookedTransaction,
    tariff: &'a TariffContent,
    binding: Option<&'a BindingContent>,
    central: i32,
    earlier: bool,
    holder: Option<Holder>,
    weights: &'a Weights,
    sum: Fingerprint,
}

impl Lines<'_> {
    /// Legs were earned, sources collected. What the terminal split was collected by whoever earned it, at the same destination.
    fn add_share(&mut self, term: &TotalTerm, minor: i64) {
        let party = self.party(term.player);
        match (term.is_leg, self.is_split()) {
            (true, false) => self.add(party, term.own, TotalSide::Earned, minor),
            (true, true) => self.add_both(party, term.own, minor),
            (false, false) => self.add(party, term.plain, TotalSide::Collected, minor),
            (false, true) => {}
        }
    }

    /// Owed to the biller and held by the holder; where it is paid out, owed by the one and due to the other.
    fn add_principal(&mut self, term: &TotalTerm, minor: i64) {
        let biller = self.party(term.player);
        let (article, side, against) = if term.is_leg {
            (term.own, TotalSide::Earned, TotalSide::Collected)
        } else {
            (term.plain, TotalSide::Collected, TotalSide::Earned)
        };
        if self.is_split() {
            self.add_both(biller, article, minor);
        } else {
            self.add(biller, article, side, minor);
            self.add(self.party(Player::Holder), term.plain, against, minor);
        }
    }

    fn add_both(&mut self, party: i32, article: Article, minor: i64) {
        self.add(party, article, TotalSide::Earned, minor);
        self.add(party, article, TotalSide::Collected, minor);
    }

    fn add(&mut self, party: i32, article: Article, side: TotalSide, minor: i64) {
        let line = Line {
            party,
            article,
            side,
            kind: self.row.kind,
            earlier: self.earlier,
        };
        let signed = i64::from(self.row.sign()) * minor;
        self.sum = self.sum.plus(self.weights.weigh(line, 1, signed));
    }

    fn is_split(&self) -> bool {
        self.holder == Some(Holder::SplitAtSource)
    }

    fn party(&self, player: Player) -> i32 {
        match player {
            Player::Party(party) => party,
            Player::OfOffice(role) => self.of_office(role),
            Player::Holder => match self.holder {
                Some(Holder::Office) => self.of_office(LICENSEE),
                Some(Holder::Agency) => self.tariff.agency,
                Some(Holder::Central) => self.central,
                Some(Holder::SplitAtSource) | None => NOBODY,
            },
        }
    }

    fn of_office(&self, role: i16) -> i32 {
        let party = self.binding.and_then(|binding| player(&binding.parties, role));
        party.unwrap_or(NOBODY)
    }
}
