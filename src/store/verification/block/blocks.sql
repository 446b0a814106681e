-- The ordinals of the blocks of $1 keys in which {table} has a row, each found from the end of the one before.
WITH RECURSIVE held (block) AS (
    SELECT min(id) / $1 FROM {table} WHERE id >= 0
    UNION ALL
    SELECT (SELECT min(id) / $1 FROM {table} WHERE id >= (held.block + 1) * $1)
      FROM held WHERE held.block < 9223372036854775807 / $1 - 1
)
SELECT block FROM held WHERE block IS NOT NULL ORDER BY block
