/// A Postgres type by its object id (`pg_type.oid`, fixed for built-in types by `pg_type.dat`).
public struct SQLType: Sendable, Hashable {
    /// The object id.
    public let oid: UInt32

    /// Names a type by object id.
    public init(oid: UInt32) { self.oid = oid }

    /// `boolean`
    public static let bool = SQLType(oid: 16)
    /// `bytea`
    public static let bytes = SQLType(oid: 17)
    /// `name`
    public static let name = SQLType(oid: 19)
    /// `bigint`
    public static let int8 = SQLType(oid: 20)
    /// `smallint`
    public static let int2 = SQLType(oid: 21)
    /// `integer`
    public static let int4 = SQLType(oid: 23)
    /// `text`
    public static let text = SQLType(oid: 25)
    /// `oid`
    public static let objectID = SQLType(oid: 26)
    /// `json`
    public static let json = SQLType(oid: 114)
    /// `real`
    public static let float4 = SQLType(oid: 700)
    /// `double precision`
    public static let float8 = SQLType(oid: 701)
    /// The type of an untyped literal.
    public static let unknown = SQLType(oid: 705)
    /// `bytea[]`
    public static let bytesArray = SQLType(oid: 1001)
    /// `text[]`
    public static let textArray = SQLType(oid: 1009)
    /// `bigint[]`
    public static let int8Array = SQLType(oid: 1016)
    /// `varchar[]`
    public static let varcharArray = SQLType(oid: 1015)
    /// `char(n)`
    public static let bpchar = SQLType(oid: 1042)
    /// `varchar(n)`
    public static let varchar = SQLType(oid: 1043)
    /// `timestamptz`
    public static let timestamptz = SQLType(oid: 1184)
    /// `uuid`
    public static let uuid = SQLType(oid: 2950)
    /// `uuid[]`
    public static let uuidArray = SQLType(oid: 2951)
    /// `jsonb`
    public static let jsonb = SQLType(oid: 3802)

    /// Object ids from here on belong to types made by users and extensions: enumerations, `citext` and the like
    /// (`FirstNormalObjectId` in Postgres' `transam.h`). Those that reach us are text in binary form too.
    static let firstUserDefined: UInt32 = 16_384
}
