"""InfluxDB 2: measurement `reading`, tags `meter` and `quantity`, field `value`, time in milliseconds.

Written in line protocol (`writing`, `line_protocol`, `refusals`), read in InfluxQL (`store`, `standing`) through the
bucket of the same name as database: both are spoken by InfluxDB 2 and 3, and InfluxQL's JSON carries a value to its
last digit. Who only writes imports `writing` alone, which does without numpy (`columns`).
"""
