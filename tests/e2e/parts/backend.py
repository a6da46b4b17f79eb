"""The legacy backend: a small Flask application that treats its users the way the NetPilot backend does.

    python backend.py PORT SECRET_KEY FRONTEND_ORIGIN [first-factor]

It believes in Flask's session and nothing else: `user_id` names the user, `user` must be there, and a second factor
counts for one hour (older builds, `first-factor`, ask for none). Written from the description of the backend, for the
tests; run by Werkzeug's server, as it is.
"""

import sys
import time
from datetime import datetime, timedelta
from functools import wraps

from flask import Flask, Response, g, jsonify, request, session, stream_with_context
from flask_cors import CORS

PORT, SECRET_KEY, FRONTEND = int(sys.argv[1]), sys.argv[2], sys.argv[3]
SECOND_FACTOR = "first-factor" not in sys.argv[4:]

app = Flask(__name__)
app.secret_key = SECRET_KEY
app.config.update(PERMANENT_SESSION_LIFETIME=timedelta(hours=24), SESSION_REFRESH_EACH_REQUEST=True)
CORS(app, origins=[FRONTEND], supports_credentials=True, allow_headers=["Content-Type", "Authorization"],
     methods=["GET", "POST", "PUT", "DELETE", "OPTIONS"])


@app.before_request
def who_is_it():
    g.user_id = session.get("user_id")


def login_required(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if not session.get("user") or not session.get("user_id"):
            return jsonify({"error": "Authentication required - no OAuth token"}), 401
        if not SECOND_FACTOR:
            return view(*args, **kwargs)
        verified_at = session.get("2fa_verified_at")
        if not session.get("2fa_verified") or not verified_at:
            return jsonify({"error": "Second factor required"}), 401
        age = datetime.utcnow() - datetime.fromisoformat(verified_at)
        if not timedelta(seconds=-5) <= age < timedelta(hours=1):
            return jsonify({"error": "Second factor too old"}), 401
        return view(*args, **kwargs)
    return guarded


@app.get("/")
@login_required
def home():
    return "<!doctype html><title>NetPilot</title><h1>NetPilot</h1><p id=user>%s</p>" % g.user_id


@app.get("/health")
@app.get("/health_simple")
def health():
    return jsonify({"status": "ok"})


@app.get("/dev/create-session/<user_id>")
def create_session(user_id):
    session.update(user_id=user_id, user={"userinfo": {"sub": "dev"}})
    session.permanent = True
    return jsonify({"message": "session made", "user_id": user_id})


@app.route("/login")
@app.route("/authorize")
@app.route("/logout", methods=["GET", "POST"])
@app.route("/me")
def own_login():
    return jsonify({"legacy": request.path})


@app.route("/api/monitor/echo", methods=["GET", "POST", "PUT", "DELETE", "PATCH"])
@login_required
def echo():
    environ = {name: value for name, value in request.environ.items() if isinstance(value, str)}
    body = request.get_data()
    return jsonify({"environ": environ, "session": dict(session), "length": len(body), "method": request.method,
                    "body": body[:200].decode("latin-1"), "query": request.query_string.decode()})


@app.get("/api/whitelist/devices")
@app.get("/api/blacklist/devices")
@app.get("/api/session/current")
@app.get("/api/settings/router-id")
@login_required
def router_id():
    return jsonify({"success": True, "data": {"routerId": "r-1"}})


@app.get("/api/settings/profile")
@login_required
def anything():
    return jsonify({"success": True, "data": {"path": request.path}, "error": None})


@app.get("/api/network/scan")
@login_required
def scan():
    time.sleep(float(request.args.get("seconds", "1")))
    return jsonify({"success": True, "data": {"devices": 3}, "error": None})


@app.get("/api/network/stream")
@login_required
def stream():
    def lines():
        for number in range(int(request.args.get("lines", "5"))):
            yield f"line {number}\n"
            time.sleep(float(request.args.get("pause", "0.2")))
    return Response(stream_with_context(lines()), mimetype="text/plain")


@app.post("/api/settings/upload")
@login_required
def upload():
    total, piece = 0, request.stream.read(65536)
    while piece:
        total, piece = total + len(piece), request.stream.read(65536)
    return jsonify({"received": total})


if __name__ == "__main__":
    app.run(host="127.0.0.1", port=PORT, threaded=True)
