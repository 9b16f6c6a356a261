import { openStack } from "../../src/datasources/openstack.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(openStack);
