INSERT INTO transactions (allocation_id, batch_id, original_id, amount, principal, leaf, occurred_at, received_at,
                          office_id, sender_id, service_id, licence_id, binding_id, facts_id, window_id, line,
                          network_id, kind, holder, reference, citizen)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                     $7::timestamptz[], $8::timestamptz[], $9::integer[], $10::integer[], $11::integer[],
                     $12::integer[], $13::integer[], $14::integer[], $15::integer[], $16::smallint[],
                     $17::smallint[], $18::smallint[], $19::smallint[], $20::text[], $21::bytea[])
ON CONFLICT DO NOTHING
