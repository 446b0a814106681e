INSERT INTO statements (network_id, settlement_id, last_window_id, issued_at, number, party_id, unit_id, ordinal, first_window_id,
                        language, canonical, digest, previous_digest, verification_code)
SELECT $1, $2, $3, $4, s.*
  FROM unnest($5::text[], $6::integer[], $7::smallint[], $8::integer[], $9::integer[], $10::text[], $11::bytea[], $12::bytea[],
              $13::bytea[], $14::text[]) AS s
