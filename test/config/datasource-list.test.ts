import { expect, test } from "bun:test";
import { listDatasourceNames, plainDatasourceName } from "../../src/config/datasource-list.ts";

test.each([
  [
    ["ConfigDrive", " NoCloud\n", "DataSourceNone"],
    ["configdrive", "nocloud", "none"],
  ],
  ["NoCloud", ["nocloud"]],
  [[7, null, ["Ec2"], "Ec2"], ["ec2"]],
  [undefined, []],
  [null, []],
  [{ NoCloud: true }, []],
])("datasource_list %j names %j", (datasource_list, expected) => {
  expect(listDatasourceNames({ datasource_list })).toEqual(expected);
});

test("a name is compared without case, blanks and its prefix", () => {
  expect(plainDatasourceName(" DATASOURCEOpenStack ")).toBe("openstack");
});
