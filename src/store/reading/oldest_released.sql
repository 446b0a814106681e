-- When the oldest happened of what was released from quarantine for some offices and is booked in some windows.
SELECT min(t.occurred_at) AS occurred_at
  FROM offices o
  JOIN quarantine q ON q.office_code = o.code AND q.state = 'released'
  JOIN transactions t ON t.office_id = o.id AND t.sender_id = q.sender_id AND t.reference = q.reference
 WHERE o.id = ANY ($1::integer[])
   AND t.window_id = ANY ($2::integer[])
