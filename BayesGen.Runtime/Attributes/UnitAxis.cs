namespace BayesGen;

/// <summary>
/// Which slices of a weight are its units, for families that have numbers for units: <see cref="Variational.ParameterExtent.Unit"/>.
/// </summary>
public enum UnitAxis
{
    /// <summary>
    /// Output channels of a convolution, words of an embedding, input features of everything else; of the weights that a recurrent layer
    /// has for its own state, these are its hidden units.
    /// </summary>
    Default,

    /// <summary>
    /// What goes into the layer: input features of a Linear, input channels of a convolution with one group (of a transposed one with any
    /// number), words of an embedding, input features and hidden units of a recurrent layer.
    /// </summary>
    Inputs,

    /// <summary>
    /// What comes out of the layer: output features of a Linear, output channels of a convolution (of a transposed one with one group),
    /// columns of an embedding, hidden units of an RNN. An LSTM, a GRU and layers of attention lay several outputs below each other in one
    /// weight, and have no such units.
    /// </summary>
    Outputs,
}
