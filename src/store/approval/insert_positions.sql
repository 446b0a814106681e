INSERT INTO positions (settlement_id, party_id, deposit_identifier, unit_id, opening, earned, collected, memos, remitted, returned,
                       before, active_holds, held, payable, paid, closing, carried_cycles)
SELECT $1, p.* FROM unnest($2::integer[], $3::text[], $4::smallint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[],
                           $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::bigint[],
                           $16::bigint[], $17::smallint[]) AS p
