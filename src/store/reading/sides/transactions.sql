-- Both sides, of equal sum, of the transactions that follow the WHERE, with the parties that play the roles: each leg earned by its
-- party, each source collected by its party, a principal on either side.
WITH t AS (
    SELECT t.batch_id * 16384 + t.line AS id, t.holder, t.kind, t.principal, a.tariff_version_id,
           a.source_terms, a.source_amounts, a.leg_terms, a.leg_amounts, g.party_ids, v.agency_party_id, n.central_party_id
      FROM transactions t
      JOIN allocations a ON a.id = t.allocation_id
      JOIN tariff_versions v ON v.id = a.tariff_version_id
      JOIN networks n ON n.id = t.network_id
      JOIN bindings g ON g.id = t.binding_id
     WHERE
