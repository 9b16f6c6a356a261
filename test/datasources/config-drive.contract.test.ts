import { configDrive } from "../../src/datasources/config-drive.ts";
import { testDatasource } from "../support/datasource-contract.ts";

testDatasource(configDrive);
