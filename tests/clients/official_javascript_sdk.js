// The vendor's JavaScript SDK for Node against a served emulator. Reads GENESYS_BASE_URL, GENESYS_CLIENT_ID and
// GENESYS_CLIENT_SECRET; writes what it saw to stdout as one JSON object.
//
// The SDK derives https://api.… and https://login.… from a region. A gateway replaces both: one host, protocol, port.

"use strict";

const genesys = require("purecloud-platform-client-v2");

const client = genesys.ApiClient.instance;
const base = new URL(process.env.GENESYS_BASE_URL);
client.setGateway({ host: base.hostname, protocol: base.protocol.replace(":", ""), port: Number(base.port) });
client.setReturnExtendedResponses(true); // else an error is its body alone, without status and headers

const id = process.env.GENESYS_CLIENT_ID;
const secret = process.env.GENESYS_CLIENT_SECRET;
const users = new genesys.UsersApi();
const divisions = new genesys.AuthorizationApi();
const workforce = new genesys.WorkforceManagementApi();

async function refused(call) {
  try {
    await call();
  } catch (error) {
    const answer = error.response || error; // the login rejects with the error of its HTTP client
    const body = answer.body || answer.data;
    const correlation = answer.headers && answer.headers["inin-correlation-id"];
    return { status: answer.status, code: body.code || body.error, message: body.message, correlation, contextId: body.contextId };
  }
  throw new Error("was not refused");
}

async function createListAndUpdate() {
  const division = (await divisions.postAuthorizationDivisions({ name: "EMEA", description: "" })).body;
  const create = { name: "Ada", email: "ada@example.com", divisionId: division.id };
  const ada = (await users.postUsers(create)).body;
  const listed = (await users.getUsers({ state: "any", pageSize: 100 })).body.entities.map((user) => user.name);
  const changed = (await users.patchUser(ada.id, { version: ada.version, title: "Team lead" })).body;
  const stale = await refused(() => users.patchUser(ada.id, { version: ada.version, title: "Agent" }));
  const again = await refused(() => users.postUsers(create));
  const read = (await users.getUser(ada.id)).body;
  return { division, listed, versions: [ada.version, changed.version], stale, again, title: read.title };
}

async function updateUnits(division) {
  const settings = { startDayOfWeek: "Monday", timeZone: "Europe/Paris" };
  const body = { name: "Support", divisionId: division.id, settings };
  const unit = (await workforce.postWorkforcemanagementBusinessunits(body)).body;
  const version = unit.settings.metadata.version;
  const change = (value) => ({ settings: { metadata: { version }, scheduling: { induceScheduleVariability: value } } });
  await workforce.patchWorkforcemanagementBusinessunit(unit.id, change(false));
  const stale = await refused(() => workforce.patchWorkforcemanagementBusinessunit(unit.id, change(true)));
  const invalid = await refused(() => workforce.postWorkforcemanagementBusinessunits({ name: 5 }));
  const all = (await workforce.getWorkforcemanagementBusinessunits()).body.entities;
  return { version, stale, invalid, listed: all.map((found) => found.name) };
}

async function main() {
  const wrongSecret = await refused(() => client.loginClientCredentialsGrant(id, "wrong"));
  await client.loginClientCredentialsGrant(id, secret);
  const directory = await createListAndUpdate();
  const units = await updateUnits(directory.division);
  const missing = await refused(() => users.getUser("none"));
  client.setAccessToken("worn-out");
  const unknownToken = await refused(() => users.getUsers());
  console.log(JSON.stringify({ wrongSecret, directory, units, missing, unknownToken }));
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
