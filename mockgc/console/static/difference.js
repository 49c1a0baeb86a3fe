// What differs between two JSON values, field by field. Lists of entities are matched by id, lists of values as sets.

/** Rows of {path, kind: added | removed | changed, before, after}, in order of the fields. */
export function changes(before, after) {
  const [old, now] = [new Map(leaves(before ?? {}, "")), new Map(leaves(after ?? {}, ""))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((key) => {
    const path = key.replace(/\u0000.*$/, "");
    if (!old.has(key)) return [{ path, kind: "added", after: now.get(key) }];
    if (!now.has(key)) return [{ path, kind: "removed", before: old.get(key) }];
    return JSON.stringify(old.get(key)) === JSON.stringify(now.get(key)) ? []
      : [{ path, kind: "changed", before: old.get(key), after: now.get(key) }];
  });
}

function* leaves(value, path) {
  if (Array.isArray(value) && value.length) {
    for (const [i, item] of value.entries()) {
      if (item === null || typeof item !== "object") yield [`${path}[]\u0000${JSON.stringify(item)}`, item];
      else yield* leaves(item, `${path}[${item.id ?? item.userId ?? item.user?.id ?? i}]`);
    }
  } else if (value !== null && typeof value === "object" && Object.keys(value).length) {
    for (const [key, item] of Object.entries(value)) yield* leaves(item, path ? `${path}.${key}` : key);
  } else {
    yield [path, value];
  }
}
