SELECT enter_transactions($1, $2)
