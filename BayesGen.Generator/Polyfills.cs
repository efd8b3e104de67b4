namespace System.Runtime.CompilerServices;

/// <summary>Lets the compiler write records and init accessors for netstandard2.0, which lacks this type.</summary>
internal static class IsExternalInit;
