"""The stack that the service is compared with: Flask, Flask-PyMongo and Flask-JWT-Extended under gunicorn.

Small, as such services are, and on the same server with the same to-dos: `bench/run.py` starts it with MONGO_URI.
"""

import os
import secrets

from bson import ObjectId
from flask import Flask, jsonify
from flask_jwt_extended import JWTManager, create_access_token, get_jwt_identity, jwt_required
from flask_pymongo import PyMongo

app = Flask(__name__)
app.config["MONGO_URI"] = os.environ["MONGO_URI"]
# gunicorn loads this file once and forks its workers (--preload): they share the key.
app.config["JWT_SECRET_KEY"] = secrets.token_hex(32)
# Each worker connects when it is asked first: a client is not to be taken through a fork.
mongo = PyMongo(app, connect=False)
JWTManager(app)

FIELDS = "title notes done completed_at due time_zone priority tags created_at updated_at version".split()


@app.get("/healthz")
def health():
    return jsonify(status="ok")


@app.post("/session")
def sign_in():
    """A token for the owner of the first to-do; nothing is measured here."""
    owner = mongo.db.todos.find_one()["owner"]
    return jsonify(access_token=create_access_token(str(owner)))


@app.get("/todos")
@jwt_required()
def page():
    """The caller's first 20 open to-dos, in their order."""
    wanted = {"owner": ObjectId(get_jwt_identity()), "state": 0}
    found = mongo.db.todos.find(wanted, FIELDS).sort([("keys.position", 1), ("_id", 1)]).limit(20)
    return jsonify(items=[{"id": str(todo.pop("_id")), **todo} for todo in found])
