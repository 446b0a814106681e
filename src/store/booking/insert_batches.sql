INSERT INTO batches (id, window_id, unit_id, booked_at, row_count, amount_sum, principal_sum, digest)
SELECT * FROM unnest($1::bigint[], $2::integer[], $3::smallint[], $4::timestamptz[], $5::integer[], $6::bigint[],
                     $7::bigint[], $8::bytea[])
