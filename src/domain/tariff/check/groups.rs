//! Judging groups: components that are divided among members by rates or weights. Never here: what a component takes.

use super::Checker;
use super::scope::{Body, Division, Scope};
use super::shares::{Owned, name_of};
use crate::domain::rate::Rate;
use crate::domain::split::Residue;
use crate::domain::tariff::document::Component;
use crate::domain::tariff::fault::Fault;
use crate::domain::tariff::term::Side;

impl<'a> Checker<'a> {
    pub(super) fn check_group(&mut self, component: &Component, path: &str) {
        self.check_title(component.title.as_ref(), path);
        if component.name.is_none() {
            self.fault(
                path,
                "bad_name",
                "a component that is divided needs a name",
                "give it a `name`",
            );
        }
        if !component.withhold.is_empty() || component.deposit_identifier.is_some() {
            let reason = "what is divided belongs to its members";
            self.fault(
                path,
                "group_with_term",
                reason,
                "move `withhold` and `deposit_identifier` to the members",
            );
        }
        let lost = [
            ("kind", component.kind.is_some()),
            ("refundable", component.refundable.is_some()),
            ("instrument", component.instrument.is_some()),
        ];
        for (key, _) in lost.into_iter().filter(|(_, is_stated)| *is_stated) {
            let (path, reason) = (
                format!("{path}.{key}"),
                format!("no member takes its `{key}` over"),
            );
            let remedy = format!("move `{key}` to the members");
            self.unpublishable
                .push(Fault::new(&path, "group_with_term", reason, remedy));
        }
    }

    pub(super) fn add_members(
        &mut self,
        scope: &mut Scope<'a>,
        members: &'a [Component],
        side: Side,
        path: &str,
        owned: &mut Vec<Owned<'a>>,
        group: Option<usize>,
    ) -> Vec<usize> {
        let mut nodes = Vec::new();
        // Without a group of its own the list is one; its node comes right after its members.
        let group_node = group.unwrap_or(usize::MAX);
        for (at, member) in members.iter().enumerate() {
            let path = format!("{path}[{at}]");
            if member.take.is_some() {
                let reason = "a member of a group has a `rate` or a `weight`, not a `take`";
                let remedy =
                    "a list has only `take`s, or only rates or weights; divide a remainder by `among`";
                self.fault(&path, "take_in_group", reason, remedy);
            }
            nodes.push(self.add_component(scope, member, Body::Member(group_node), &path));
        }
        for (at, member) in members.iter().enumerate() {
            self.own_or_divide(scope, member, nodes[at], side, &format!("{path}[{at}]"), owned);
        }
        if group.is_none() {
            let group_node = scope.nodes.len();
            for node in &nodes {
                scope.move_member(*node, group_node);
            }
        }
        nodes
    }

    /// The group's rates make up the whole, or its weights are weights.
    pub(super) fn attach(
        &mut self,
        scope: &mut Scope<'a>,
        group: usize,
        nodes: Vec<usize>,
        members: &'a [Component],
        residue_to: Option<&String>,
        path: &str,
    ) {
        let rates = members
            .iter()
            .filter_map(|member| member.rate)
            .collect::<Vec<_>>();
        let weights = members
            .iter()
            .filter_map(|member| member.weight)
            .map(i128::from)
            .collect::<Vec<_>>();
        if rates.len() + weights.len() != members.len() || (!rates.is_empty() && !weights.is_empty()) {
            let reason = "every member of a group has a `rate`, or every member has a `weight`";
            let remedy =
                "give each the one or the other; what is fixed stands outside the group, with a `take`";
            self.fault(path, "rate_or_weight", reason, remedy);
            return;
        }
        if !rates.is_empty() && !Rate::make_up_the_whole(&rates) {
            let reason = format!("the rates make up {}, not 100%", Rate::sum_text(&rates));
            let remedy = "add the missing member, or write proportions as `weight`s";
            self.fault(path, "rates_do_not_sum", reason, remedy);
        }
        let weights = if rates.is_empty() {
            weights
        } else {
            Rate::weights(&rates)
        };
        if weights.iter().sum::<i128>() == 0 {
            self.fault(
                path,
                "empty_list",
                "nothing to divide among: no member, or all weights zero",
                "weights above 0",
            );
        }
        let residue = self.residue(members, residue_to, path);
        scope.nodes[group].division = Some(Division {
            members: nodes,
            weights,
            rates,
            residue,
        });
    }

    fn residue(&mut self, members: &[Component], residue_to: Option<&String>, path: &str) -> Residue {
        let Some(taker) = residue_to else {
            return Residue::LargestRemainder;
        };
        if let Some(index) = members.iter().position(|member| name_of(member) == taker) {
            Residue::To(index)
        } else {
            let known = members.iter().map(name_of).collect::<Vec<_>>().join(", ");
            let reason = format!("the residue goes to `{taker}`, which is no member");
            self.fault(path, "unknown_residue", reason, format!("one of: {known}"));
            Residue::LargestRemainder
        }
    }
}
