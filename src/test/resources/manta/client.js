// What the npm package "manta" makes of a server: one line of JSON a step.
// Arguments: URL, account, file of the key, its id. The package is found by NODE_PATH.
const fs = require('fs');
const crypto = require('crypto');
const {PassThrough} = require('stream');
const {promisify} = require('util');
const manta = require('manta');

const [url, user, keyFile, keyId] = process.argv.slice(2);

function clientOf(file, id) {
    const sign = manta.privateKeySigner({key: fs.readFileSync(file, 'utf8'), keyId: id, user});
    return manta.createClient({sign, url, user, retry: false, connectTimeout: 5000});
}

function of(client) {
    const call = name => promisify(client[name].bind(client));
    return {
        mkdir: call('mkdir'),
        mkdirp: call('mkdirp'),
        info: call('info'),
        unlink: call('unlink'),
        rmr: call('rmr'),
        put(path, content, options) {
            const body = new PassThrough();
            const done = promisify(client.put.bind(client))(path, body, {size: content.length, ...options});
            body.end(content);
            return done;
        },
        get: path => new Promise((resolve, reject) => client.get(path, (failure, stream) => {
            if (failure) {
                return reject(failure);
            }
            const chunks = [];
            stream.on('data', chunk => chunks.push(chunk));
            stream.on('error', reject);
            stream.on('end', () => resolve(Buffer.concat(chunks)));
        })),
        ls: (path, options) => new Promise((resolve, reject) => client.ls(path, options || {}, (failure, found) => {
            if (failure) {
                return reject(failure);
            }
            const names = [];
            found.on('object', entry => names.push(`${entry.name} ${entry.size}`));
            found.on('directory', entry => names.push(`${entry.name}/`));
            found.on('error', reject);
            found.on('end', () => resolve(names));
        })),
    };
}

async function step(name, work) {
    let came;
    try {
        came = await work();
    } catch (failure) {
        came = `${failure.statusCode} ${failure.restCode || failure.code || failure.name}`.replace(/Error$/, '');
    }
    console.log(JSON.stringify({name, came}));
}

const md5 = content => crypto.createHash('md5').update(content).digest('base64');

async function main() {
    const c = of(clientOf(keyFile, keyId));
    const root = `/${user}/stor`;
    const content = crypto.randomBytes(1000003);
    await step('put without a directory', () => c.put(`${root}/a b/c/object`, content));
    await step('make directories', async () => { await c.mkdirp(`${root}/a b/c`); return 'done'; });
    await step('make one again', async () => { await c.mkdir(`${root}/a b`); return 'done'; });
    await step('put', async () => { await c.put(`${root}/a b/c/object`, content, {md5: md5(content)}); return 'done'; });
    await step('put what is damaged on its way', () => c.put(`${root}/a b/c/other`, content, {md5: md5('another')}));
    await step('put over a directory', () => c.put(`${root}/a b/c`, content));
    await step('put below an object', () => c.put(`${root}/a b/c/object/x`, content));
    await step('info', async () => {
        const info = await c.info(`${root}/a b/c/object`);
        return `${info.size} ${info.md5 === md5(content)}`;
    });
    await step('get', async () => (await c.get(`${root}/a b/c/object`)).equals(content));
    await step('get nothing', () => c.get(`${root}/a b/c/nothing`));
    for (let i = 0; i < 5; i++) {
        await step(`put ${i}`, async () => { await c.put(`${root}/a b/${i}`, Buffer.alloc(i)); return 'done'; });
    }
    await step('list', () => c.ls(`${root}/a b`));
    await step('list from the middle on', () => c.ls(`${root}/a b`, {marker: '2', limit: 2}));
    await step('list nothing', () => c.ls(`${root}/nothing`));
    await step('remove a directory that is not empty', () => c.unlink(`${root}/a b`));
    await step('remove nothing', () => c.unlink(`${root}/nothing`));
    await step('read what the store wrote', async () => (await c.get(`${root}/mysql/object`)).toString());
    await step('remove all', async () => { await c.rmr(`${root}/a b`); return c.ls(root); });
    const other = crypto.generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey.export({type: 'pkcs1', format: 'pem'});
    const otherFile = `${keyFile}.other`;
    fs.writeFileSync(otherFile, other, {mode: 0o600});
    await step('with a key that is not known', () => of(clientOf(otherFile, undefined)).get(`${root}/mysql/object`));
    process.exit(0);
}

main();
