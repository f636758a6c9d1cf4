// Sets up the replica set of docker-compose.prod.yml and its users. Run by mongosh beside the first member,
// at every `up`: what is there already stays as it is.
//
// It speaks to the member over its loopback interface, because MongoDB lets the first user be made from there
// only. Later runs sign in as `admin`.

const fs = require('fs');

const secret = (name) => fs.readFileSync(`/run/secrets/${name}`, 'utf8').trim();
const admin = db.getSiblingDB('admin');

function waitFor(what, seconds, holds) {
    for (let i = 0; i < seconds; i++) {
        if (holds()) return;
        sleep(1000);
    }
    throw new Error(`no ${what} after ${seconds} seconds`);
}

function signIn() {
    try {
        return admin.auth('admin', secret('mongo_admin_password')).ok === 1;
    } catch {
        return false;
    }
}

let signedIn = signIn();

if (!signedIn && !admin.hello().setName) {
    print('making the replica set');
    rs.initiate({
        _id: 'rondo',
        members: [
            // The first is preferred, so that this script always finds the primary beside it.
            { _id: 0, host: 'mongo1:27017', priority: 2 },
            { _id: 1, host: 'mongo2:27017', priority: 1 },
            { _id: 2, host: 'mongo3:27017', priority: 1 },
        ],
    });
}
waitFor('primary', 120, () => admin.hello().isWritablePrimary);

if (!signedIn) {
    signedIn = signIn();
}
if (!signedIn) {
    print('making the user admin');
    try {
        admin.createUser({ user: 'admin', pwd: secret('mongo_admin_password'), roles: ['root'] });
    } catch (error) {
        throw new Error(
            `cannot make the user admin (${error.codeName}): if the database was set up before, ` +
                'secrets/mongo_admin_password is not the one it was set up with',
        );
    }
    if (!signIn()) throw new Error('cannot sign in as the user admin that was just made');
}

// The password is set each time, so that a new file takes effect.
const rondo = { pwd: secret('mongo_rondo_password'), roles: [{ role: 'readWrite', db: 'rondo' }] };
if (admin.getUser('rondo')) {
    admin.updateUser('rondo', rondo);
} else {
    print('making the user rondo');
    admin.createUser({ user: 'rondo', ...rondo });
}
print('the replica set is ready');
