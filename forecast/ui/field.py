"""What the fields of an export are called on the screen."""

from forecast.language import Text

LABELS = {
    "date": Text("date"),
    "time": Text("time of day or interval"),
    "start": Text("start of the interval"),
    "end": Text("end of the interval"),
    "queue": Text("queue"),
    "source": Text("team or vendor"),
    "site": Text("site"),
    "offered": Text("contacts offered"),
    "handled": Text("handled contacts"),
    "abandoned": Text("contacts abandoned"),
    "aht_s": Text("mean handle time"),
    "first_response_s": Text("mean first response"),
    "resolved": Text("contacts resolved"),
    "satisfaction": Text("satisfaction"),
    "bot_deflected": Text("deflected by the bot"),
    "in_time": Text("answered in time"),
    "replied": Text("contacts replied to"),
    "rated": Text("ratings"),
    "arrival": Text("arrival of the contact"),
    "arrival_date": Text("day of arrival"),
    "arrival_time": Text("time of arrival"),
    "handle_s": Text("handle time of the contact"),
    "answered": Text("answered or not"),
    "wait_s": Text("wait of the contact"),
    "rating": Text("rating of the contact"),
}
