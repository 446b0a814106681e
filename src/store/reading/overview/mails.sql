-- How many mails stand in each state; of those that were accepted, which grow for ever, no more than $1 are counted.
SELECT o.state, count(*) AS mails FROM outbox o WHERE o.state <> 'accepted' GROUP BY o.state
UNION ALL
SELECT 'accepted', count(*) FROM (SELECT FROM outbox o WHERE o.state = 'accepted' LIMIT $1) accepted HAVING count(*) > 0
 ORDER BY state
