SELECT k.place, t.batch_id, t.line, t.network_id, t.office_id, t.service_id, s.code AS service_code, t.licence_id,
       t.binding_id, t.facts_id, f.canonical AS facts, t.kind, t.holder, t.amount, t.principal, t.occurred_at,
       t.citizen, t.original_id, t.allocation_id, a.kind AS allocation_kind, a.tariff_version_id, a.asked_amount,
       a.quantity, a.activity_leg, a.read_facts_id, r.canonical AS read_facts, a.source_terms, a.source_amounts,
       a.leg_terms, a.leg_amounts
FROM unnest($1::integer[], $2::integer[], $3::text[])
     WITH ORDINALITY AS k(office_id, sender_id, reference, place)
JOIN transactions t ON t.office_id = k.office_id AND t.sender_id = k.sender_id AND t.reference = k.reference
JOIN allocations a ON a.id = t.allocation_id
JOIN facts f ON f.id = t.facts_id
JOIN facts r ON r.id = a.read_facts_id
JOIN services s ON s.id = t.service_id
