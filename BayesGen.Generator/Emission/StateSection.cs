namespace BayesGen.SourceGeneration.Emission;

/// <summary>What TorchSharp asks of a module: parameters, state, device, mode and end of life. The same for every network.</summary>
internal static class StateSection
{
    public static void Write(SourceWriter writer)
    {
        using var region = writer.Region("State and movement");
        writer.Write("""
            /// <summary>What an optimizer trains: the posterior parameters and the deterministic weights, flat.</summary>
            /// <inheritdoc/>
            public override global::System.Collections.Generic.IEnumerable<(string name, global::TorchSharp.Modules.Parameter parameter)> named_parameters(bool recurse = true) =>
                _isDisposed ? global::System.Array.Empty<(string, global::TorchSharp.Modules.Parameter)>() : Arena.Parameters();

            /// <inheritdoc/>
            public override global::TorchSharp.Modules.Parameter? get_parameter(string target)
            {
                foreach (var (name, parameter) in named_parameters())
                    if (name == target)
                        return parameter;
                return null;
            }

            /// <inheritdoc/>
            public override bool has_parameter(string target) => get_parameter(target) is not null;

            /// <summary>The buffers of the network.</summary>
            /// <inheritdoc/>
            public override global::System.Collections.Generic.IEnumerable<(string name, global::TorchSharp.torch.Tensor buffer)> named_buffers(bool recurse = true, bool include_nonpersistent = true) =>
                _isDisposed ? global::System.Array.Empty<(string, global::TorchSharp.torch.Tensor)>() : Network.named_buffers(recurse, include_nonpersistent);

            /// <inheritdoc/>
            public override global::TorchSharp.torch.Tensor? get_buffer(string target) => Network.get_buffer(target);

            /// <inheritdoc/>
            public override bool has_buffer(string target) => Network.has_buffer(target);

            /// <summary>The network.</summary>
            /// <inheritdoc/>
            public override global::System.Collections.Generic.IEnumerable<(string name, global::TorchSharp.torch.nn.Module module)> named_children() =>
                _isDisposed
                    ? global::System.Array.Empty<(string, global::TorchSharp.torch.nn.Module)>()
                    : new (string, global::TorchSharp.torch.nn.Module)[] { ("network", Network) };

            /// <summary>The network and the modules in it.</summary>
            /// <inheritdoc/>
            public override global::System.Collections.Generic.IEnumerable<(string name, global::TorchSharp.torch.nn.Module module)> named_modules()
            {
                if (_isDisposed)
                    yield break;
                yield return ("network", Network);
                foreach (var (name, module) in Network.named_modules())
                    yield return ("network." + name, module);
            }

            /// <inheritdoc/>
            public override global::TorchSharp.torch.nn.Module apply(global::System.Action<global::TorchSharp.torch.nn.Module> fn)
            {
                Network.apply(fn);
                fn(this);
                return this;
            }

            /// <summary>The state under the keys of <see cref="StateKeys"/>. The tensors are live.</summary>
            /// <inheritdoc/>
            public override global::System.Collections.Generic.Dictionary<string, global::TorchSharp.torch.Tensor> state_dict(
                global::System.Collections.Generic.Dictionary<string, global::TorchSharp.torch.Tensor>? destination = null, string? prefix = null) =>
                Arena.StateDict(destination, prefix);

            /// <summary>Replaces the state, or leaves it as it was where keys or shapes do not fit.</summary>
            /// <inheritdoc/>
            public override (global::System.Collections.Generic.IList<string> missing_keys, global::System.Collections.Generic.IList<string> unexpected_keyes) load_state_dict(
                global::System.Collections.Generic.Dictionary<string, global::TorchSharp.torch.Tensor> source, bool strict = true, global::System.Collections.Generic.IList<string>? skip = null) =>
                Arena.LoadStateDict(source, strict, skip);

            /// <summary>Reads what save wrote, or leaves the state as it was where keys or shapes do not fit.</summary>
            /// <inheritdoc/>
            public override global::TorchSharp.torch.nn.Module load(
                global::System.IO.BinaryReader reader, bool strict = true, global::System.Collections.Generic.IList<string>? skip = null,
                global::System.Collections.Generic.Dictionary<string, bool>? loadedParameters = null)
            {
                Arena.Load(reader, strict, skip, loadedParameters);
                return this;
            }

            /// <inheritdoc/>
            public override void train(bool train = true)
            {
                base.train(train);
                Arena.Invalidate();
            }

            /// <summary>Forgets every gradient, one that a bare backward() left in the network included.</summary>
            /// <inheritdoc/>
            public override void zero_grad(bool set_to_none = true) => Arena.ZeroGradients(set_to_none);

            /// <inheritdoc/>
            protected override global::TorchSharp.torch.nn.Module _to(global::TorchSharp.torch.Device device, global::TorchSharp.torch.ScalarType dtype, bool non_blocking)
            {
                if (!IsAt(device.type, device.index) || !Is(dtype))
                    Arena.Move(() => global::TorchSharp.ModuleExtensionMethods.to(Network, device, dtype, non_blocking));
                return AdoptDevice();
            }

            /// <inheritdoc/>
            protected override global::TorchSharp.torch.nn.Module _to(global::TorchSharp.DeviceType deviceType, int deviceIndex, bool non_blocking)
            {
                if (!IsAt(deviceType, deviceIndex))
                    Arena.Move(() => global::TorchSharp.ModuleExtensionMethods.to(Network, deviceType, deviceIndex, non_blocking));
                return AdoptDevice();
            }

            /// <inheritdoc/>
            protected override global::TorchSharp.torch.nn.Module _to(global::TorchSharp.torch.ScalarType dtype, bool non_blocking)
            {
                if (!Is(dtype))
                    Arena.Move(() => global::TorchSharp.ModuleExtensionMethods.to(Network, dtype, non_blocking));
                return this;
            }

            /// <summary>Does nothing: the fields of the wrapper are not components, and the network has registered its own.</summary>
            protected override void RegisterComponents()
            {
            }

            /// <summary>Disposes the posterior and the network.</summary>
            /// <inheritdoc/>
            protected override void Dispose(bool disposing)
            {
                if (disposing && !_isDisposed)
                {
                    _isDisposed = true;
                    Arena.Dispose();
                    Network.Dispose();
                }

                base.Dispose(disposing);
            }

            // A move makes new tensors, which would cut off every optimizer; so a network that is where it should be stays as it is.
            private bool IsAt(global::TorchSharp.DeviceType type, int index)
            {
                foreach (var tensor in Tensors())
                    if (tensor.device_type != type || (index >= 0 && type == global::TorchSharp.DeviceType.CUDA && tensor.device_index != index))
                        return false;
                return true;
            }

            private bool Is(global::TorchSharp.torch.ScalarType dtype)
            {
                foreach (var tensor in Tensors())
                    if (tensor.dtype != dtype && (tensor.is_floating_point() || tensor.is_complex()))
                        return false;
                return true;
            }

            private global::System.Collections.Generic.IEnumerable<global::TorchSharp.torch.Tensor> Tensors()
            {
                foreach (var (_, parameter) in Network.named_parameters())
                    yield return parameter;
                foreach (var (_, buffer) in Network.named_buffers())
                    yield return buffer;
            }

            private global::TorchSharp.torch.nn.Module AdoptDevice()
            {
                foreach (var tensor in Tensors())
                {
                    _deviceType = tensor.device_type;
                    _deviceIndex = tensor.device_index;
                    break;
                }

                return this;
            }
            """);
    }
}
